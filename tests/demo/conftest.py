"""The demo as bin/run loads it."""

import datetime as dt

import pytest
from django.core.management import call_command

TUESDAY = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)


@pytest.fixture
def loaded(db, settings, tmp_path) -> dt.datetime:
    """The moment the demo was loaded at."""
    settings.DEMO, settings.MEDIA_ROOT = True, tmp_path
    call_command("load_demo", now=TUESDAY, verbosity=0)
    return TUESDAY
