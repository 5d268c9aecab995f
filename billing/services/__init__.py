"""Every write to billing. Views, the API, tasks and commands call these."""
