"""The fields of a call record stand once, and one more leaves what is stored alone."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.deliveries import read, row
from tests.support.october import NOW
from traffic.ingest import schema
from traffic.ingest.delivery import IngestResult, read_delivery
from traffic.ingest.record import as_row
from traffic.ingest.schema import CALL, Field, Schema
from traffic.ingest.storage import store_batch
from traffic.models import CallRecord, QuarantinedRecord

APP = Path(schema.__file__).parents[1]
ROOMS = "ingest", "services", "admin"
# What says which call it is and what is summed up: the code reads these.
READ = {"source", "call_id", "called", "caller", "started_at", "treatment", "outcome"}
LEGS = '[{"at": "2026-10-10T09:00:00Z", "node": "start"}]'


def as_they_are(texts: Sequence[str]) -> list[str]:
    return [text or schema.ABSENT for text in texts]


def grow(monkeypatch, placed: int = CALL.placed) -> None:
    """Be the release that knows one more field."""
    codec = Field("codec", as_they_are, required=False)
    monkeypatch.setattr(schema, "CALL", Schema((*CALL.fields, codec), placed=placed))


def deliver(key: str) -> IngestResult:
    rows = [row(call_id="plain"), row(call_id="full", legs=LEGS, plan_version="42")]
    delivery = read_delivery(map(as_row, rows), NOW)
    return store_batch(delivery, key=key, sha256=key, now=NOW)[0]


@pytest.mark.django_db
def test_what_is_stored_stays_known_when_a_field_is_added(customers, monkeypatch):
    assert deliver("before").added == 2
    grow(monkeypatch)
    again = deliver("after")
    assert (again.known, again.added, again.quarantined) == (2, 0, 0)
    assert CallRecord.objects.count() == 2
    assert not QuarantinedRecord.objects.exists()


def test_by_its_place_an_added_field_would_make_another_record_of_it(monkeypatch):
    """The control."""
    before = read().digest
    grow(monkeypatch)
    assert read().digest == before
    grow(monkeypatch, placed=CALL.placed + 1)
    assert read().digest != before


def test_an_added_field_counts_where_it_has_a_value(monkeypatch):
    grow(monkeypatch)
    digests = {read(codec=codec).digest for codec in ("", "PCMA", "OPUS")}
    assert len(digests) == 3


def test_the_digest_of_a_record_is_what_it_was():
    """That of every stored call was made so."""
    assert read().digest == "0311c2d8c07df34a1e9d87bf4bf55390"


def test_a_file_may_lack_what_is_optional():
    assert set(CALL.names) - set(CALL.required) == {"ringing_at", "legs"}


def test_every_field_is_a_column():
    columns = {column.name for column in CallRecord._meta.get_fields()}
    assert set(CALL.names) <= columns


def test_every_field_has_its_rule_in_the_manual():
    manual = (APP.parent / "docs" / "traffic.md").read_text()
    told = re.findall(r"\w+", " ".join(re.findall(r"^\| ([^|]+) \|", manual, re.M)))
    assert set(CALL.names) <= set(told)


@pytest.mark.parametrize("name", sorted(set(CALL.names) - READ))
def test_the_name_of_a_field_stands_in_one_module(name):
    modules = {
        module
        for room in ROOMS
        for module in [APP / room, *(APP / room).rglob("*.py")]
        if module.is_file() and re.search(rf"\b{name}\b", module.read_text())
    }
    assert modules == {APP / "ingest" / "schema.py"}
