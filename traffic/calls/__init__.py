"""One call for people: its line, its timeline, who sees whose number."""
