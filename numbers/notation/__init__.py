"""Telephone numbers as people write them: reading, searching, what was misread."""
