"""Migrations of customers' data, on rows as older versions left them."""

import importlib

import pytest
from django.db import connection

from tenants.models import Tenant

migration = importlib.import_module("tenants.migrations.0009_compact_vat_numbers")


@pytest.mark.parametrize(
    ("before", "after"),
    [("BE 0123.456.749", "BE0123456749"), ("be123456749", "BE0123456749"),
     ("BE0123456789", "BE0123456789"), ("FR 40303265045", "FR40303265045"), ("", "")],
)  # fmt: skip
def test_old_vat_numbers_become_compact(acme, before, after):
    Tenant.objects.filter(pk=acme.pk).update(vat_number=before, country="Be")

    with connection.cursor() as cursor:
        cursor.execute("SET ROLE vms_owner")
        cursor.execute(migration.COMPACT)
        cursor.execute("SET ROLE vms_worker")

    acme.refresh_from_db()
    assert (acme.vat_number, acme.country) == (after, "BE")
