"""Addresses of the portal and of accounts."""
