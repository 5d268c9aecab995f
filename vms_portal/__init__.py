"""Project configuration. Every entry point imports this package first."""

from pathlib import Path

import numbers

if not hasattr(numbers, "__path__"):
    # A console script (pytest, celery) imported the standard ``numbers`` before
    # the project root joined sys.path. Let it also serve our ``numbers`` app.
    numbers.__path__ = [str(Path(__file__).resolve().parent.parent / "numbers")]

from vms_portal.celery import app as celery_app

__all__ = ["celery_app"]
