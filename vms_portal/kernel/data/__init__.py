"""What the database keeps apart: rows, rights, files, secrets."""
