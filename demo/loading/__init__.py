"""Filling an empty database with the demo: two customers, three months of life."""
