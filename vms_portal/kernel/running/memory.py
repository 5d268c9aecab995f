"""The garbage collector in a process that lives long."""

import gc


def keep_loaded() -> None:
    """Let full collections pass over all that is loaded by now.

    Half a million objects of code and settings never become garbage, and a request
    or a task that makes many objects would wait for all of them to be looked at.
    """
    gc.collect()
    gc.freeze()
