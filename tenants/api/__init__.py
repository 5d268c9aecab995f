"""Who calls the API, how often, and that the same request acts once."""
