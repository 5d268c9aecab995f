"""Words that belong to no page."""
