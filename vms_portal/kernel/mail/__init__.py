"""Mails: addresses, the server, delivery."""
