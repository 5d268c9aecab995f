"""Every write to routing. Views, the API and commands call these."""
