"""Reads that cross models: what a customer used, and what rating is asked."""
