"""Writes to traffic that a person decides; ingest writes by itself."""
