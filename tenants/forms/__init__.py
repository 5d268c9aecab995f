"""What people type about people and about themselves."""
