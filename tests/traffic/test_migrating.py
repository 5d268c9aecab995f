"""Migrating a database that holds calls: nothing is lost, who reads goes on.

Every day with some calls; ``pytest -m nightly`` with two million.
"""

import datetime as dt
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import psycopg2
import pytest

from tests.support.databases import (
    ROOT,
    _execute,
    _make_template,
    _provisioning,
    with_name,
)
from tests.support.deliveries import row

FEW, MANY = 20_000, 2_000_000
BEFORE = "0003_row_security"
ROLES = {"backoffice": "staff"}
# How long one look-up may wait, in seconds. The steps up to 0007 rebuild whole
# tables, which held a look-up up for 12 s (docs/operations.md).
PATIENCE = {FEW: 5.0, MANY: 60.0}
FILL = """
SET session_replication_role = replica;
SELECT traffic_make_partition('2026-10-01');
INSERT INTO traffic_callrecord (tenant_id, number_id, contract_id, source, call_id,
    called, caller, started_at, treatment, outcome, destination, digest)
SELECT tenant.id, number.id, contracts.ids[1 + n % 50], 'edge-1', 'call ' || n,
    '+3225501200', '',
    timestamptz '2026-10-01 00:00+02' + n % 2500000 * interval '1 second',
    CASE n % 3 WHEN 0 THEN 'direct' ELSE 'rerouted' END, 'busy', 'line',
    md5(n::text)::uuid
FROM tenants_tenant tenant, numbers_geographicnumber number,
    (SELECT array_agg(id) AS ids FROM contracts_contract) contracts,
    generate_series(1, {count}) n;
INSERT INTO traffic_contractday (tenant_id, contract_id, day, treatment, outcome, calls)
SELECT tenant_id, contract_id, (started_at AT TIME ZONE 'Europe/Brussels')::date,
    treatment, outcome, count(*) FROM traffic_callrecord GROUP BY 1, 2, 3, 4, 5;
INSERT INTO traffic_quarantinedrecord (source, call_id, digest, reason, content,
    received_at, state, note)
SELECT 'edge-1', 'disputed', md5(told)::uuid, 'conflict', jsonb_build_object(
    'called', '+3225501200', 'started_at', told), now(), 'open', ''
FROM unnest(ARRAY['2026-10-31T22:59:00+00:00', '2026-10-31T23:01:00Z', 'in the end'])
    told;
"""
CUSTOMER = """
import datetime as dt
from contracts.models import Contract
from numbers.models import GeographicNumber, Site
from tenants.models import Tenant
from vms_portal.kernel.data.row_security import system_scope
day = dt.date(2026, 10, 1)
with system_scope():
    acme = Tenant.objects.create(name="Acme", reference="ACME")
    for n in range(50):
        contract = Contract.objects.create(
            tenant=acme, reference=f"C{n}", state="active", subscribed_on=day,
            activated_on=day,
        )
    site = Site.objects.create(tenant=acme, name="Brussels", slug="brussels")
    GeographicNumber.objects.create(
        tenant=acme, contract=contract, site=site, e164="+3225501200", activated_on=day
    )
"""


class Reader(threading.Thread):
    """Looks one call up again and again, and notes how long the longest took."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.link = psycopg2.connect(_provisioning(name))
        self.link.autocommit = True
        self.is_over, self.longest, self.looked = threading.Event(), 0.0, 0

    def run(self) -> None:
        with self.link.cursor() as cursor:
            while not self.is_over.wait(0.01):
                began = time.monotonic()
                cursor.execute(
                    "SELECT count(*) FROM traffic_callrecord WHERE source = 'edge-1' "
                    "AND call_id = 'call 7'"
                )
                assert cursor.fetchone() == (1,)
                self.longest = max(self.longest, time.monotonic() - began)
                self.looked += 1
        self.link.close()


def manage(name: str, process: str, *command: str, **options) -> str:
    key = f"DATABASE_URL_{ROLES.get(process, process).upper()}"
    environment = {
        **os.environ,
        "VMS_PROCESS": process,
        key: with_name(os.environ[key], name),
    }
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        **options,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def counted(name: str, query: str) -> int:
    link = psycopg2.connect(_provisioning(name))
    with link, link.cursor() as cursor:
        cursor.execute(query)
        found = cursor.fetchone()[0]
    link.close()
    return found


@pytest.fixture
def database() -> Iterator[str]:
    name = f"vms_test_migrating_{os.getpid()}"
    _execute(f'CREATE DATABASE "{name}" TEMPLATE "{_make_template()}" OWNER vms_owner')
    yield name
    _execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.mark.parametrize("count", [FEW, pytest.param(MANY, marks=pytest.mark.nightly)])
def test_calls_outlive_the_migrations_and_more_come_in(database, tmp_path, count):
    manage(database, "owner", "migrate", "traffic", BEFORE, "-v", "0")
    manage(database, "backoffice", "shell", "-v", "0", "-c", CUSTOMER)
    _execute(FILL.format(count=count), name=database)
    reader = Reader(database)
    reader.start()
    try:
        manage(database, "owner", "migrate", "-v", "0")
    finally:
        reader.is_over.set()
        reader.join()
    assert reader.looked > 10
    assert reader.longest < PATIENCE[count], reader.longest

    assert counted(database, "SELECT count(*) FROM traffic_callrecord") == count
    for table in ("traffic_contractday", "traffic_contractmonth"):
        sums = f"SELECT sum(direct + rerouted) FROM {table}"
        assert counted(database, sums) == count
    # Of the conflicts from before, one was in October: the month has it noted.
    assert counted(database, "SELECT sum(moved) FROM traffic_contractmonth") == 1

    file = tmp_path / "calls.csv"
    lines = [row(call_id=f"new {n}") for n in range(3)]
    text = [",".join(lines[0]), *(",".join(line.values()) for line in lines), ""]
    file.write_text("\n".join(text))
    clock = dt.datetime(2026, 11, 2, tzinfo=dt.UTC).isoformat()
    told = manage(
        database, "worker", "import_call_records", str(file), "--now", clock, "-v", "0"
    )
    assert "3 received = 3 added" in told
    months = "SELECT sum(direct + rerouted) FROM traffic_contractmonth"
    assert counted(database, months) == count + 3
