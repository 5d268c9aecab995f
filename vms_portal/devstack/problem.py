"""The one exception of the set-up: its text is the sentence the person reads."""


class SetupProblem(Exception):
    """Something stands in the way; the message says what, and how to mend it."""
