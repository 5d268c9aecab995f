"""Requests and answers of the web processes, whatever app answers."""
