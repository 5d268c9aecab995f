"""Reads of calls, and of which time. All start from a member."""
