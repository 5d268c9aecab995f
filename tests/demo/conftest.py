"""The demo as bin/run loads it."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings

TUESDAY = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def loaded(
    django_db_setup, django_db_blocker, tmp_path_factory, acting_as
) -> Iterator[dt.datetime]:
    """The moment the demo was loaded at, once for the whole module."""
    demo = override_settings(DEMO=True, MEDIA_ROOT=tmp_path_factory.mktemp("files"))
    with django_db_blocker.unblock(), demo, transaction.atomic():
        with acting_as("vms_staff"):
            call_command("load_demo_people")
        with acting_as("vms_app"):
            call_command("load_demo_invitation")
        with acting_as("vms_worker"):
            call_command("load_demo", now=TUESDAY, verbosity=0)
        yield TUESDAY
        transaction.set_rollback(True)
