"""Every list and search finds a number in any notation, and none by its middle."""

import datetime as dt
import re
from typing import Any

import pytest
from django.utils import timezone

from numbers.models import GeographicNumber
from tenants.audit.record import record
from tenants.models import AuditEvent
from tests.support.calls import make_call
from tests.support.deliveries import row
from traffic.models import QuarantinedRecord
from vms_portal.kernel.telephony import beginning

NOTATIONS = [
    "+3225501200",
    "+32 2 550 12 00",
    "02 550 12 00",
    "02/550.12.00",
    "025501200",
    "0032 2 550 12 00",
    "+32 (0)2 550 12 00",
    "0032 (0)2 550 12 00",
    "+32 02 550 12 00",
    "(02) 550-12-00",
    "00 32 2 550 12 00",
]
# Holds what was typed, whatever was found.
FIELD = re.compile(r"<input[^>]*>")


def set_aside(content: dict[str, Any], **told: str) -> None:
    QuarantinedRecord.objects.create(
        **{"source": "edge-1", "call_id": "one", "reason": "malformed", **told},
        digest="0" * 32,
        content=content,
        received_at=timezone.now(),
    )


@pytest.mark.parametrize("written", NOTATIONS)
def test_the_api_finds_calls_in_any_notation(api, number, editor, written):
    call = make_call(number, timezone.now() - dt.timedelta(hours=1))
    answer = api(editor, "calls:read").get("/api/v1/calls/", {"number": written})
    assert [item["id"] for item in answer.json()["results"]] == [call.pk]


@pytest.mark.parametrize("written", [*NOTATIONS, "550 12", "5501200", "+32 (0)2 55"])
def test_every_list_finds_a_number(client, staff_client, staff, number, admin, written):
    record(actor=admin, action="number.diverted", target=number)
    set_aside(row())
    client.force_login(admin.user)
    staff_client.force_login(staff)
    for address, parameter in (("/m/", "q"), ("/numbers/", "q"), ("/audit/", "about")):
        page = FIELD.sub("", client.get(address, {parameter: written}).text)
        assert "02 550 12 00" in page or "+32 2 550 12 00" in page, address
    starts = beginning(written) is not None
    for address in (
        "/numbers/geographicnumber/",
        "/tenants/auditevent/",
        "/traffic/quarantinedrecord/",
    ):
        page = staff_client.get(address, {"q": written})
        if starts or "geographicnumber" in address:
            assert page.context["cl"].result_count >= 1, address


SEEN = "02 550 12 00", "+32 2 550 12 00"
PASTED = [
    "\u202a+3225501200\u202c",
    "\u200e02 550 12 00",
    "02\u200b5501200",
    "02 550\u00ad1200",
    "\ufeff0032 2 550 12 00",
    "02 5\u030150 12 00",
    "02\t550\u00a012\u202f00",
]


@pytest.mark.parametrize("written", [*PASTED, "02 550 12 00"])
def test_every_search_reads_over_what_nobody_sees(
    client, staff_client, staff, api, number, admin, written
):
    """Nothing is kept of a search; what is called or stored is refused with it."""
    make_call(number, timezone.now() - dt.timedelta(hours=1))
    record(actor=admin, action="number.diverted", target=number)
    set_aside(row())
    client.force_login(admin.user)
    for address, parameter in (
        ("/m/", "q"),
        ("/numbers/", "q"),
        ("/audit/", "about"),
    ):
        page = client.get(address, {parameter: written})
        shown = FIELD.sub("", page.text.partition("<main")[2])
        assert any(seen in shown for seen in SEEN), address
    for address, parameter in (
        ("/calls/", "q"),
        ("/calls/", "number"),
        ("/statistics/", "number"),
    ):
        page = client.get(address, {parameter: written})
        assert not page.context["form"].errors, (address, parameter)
        found = page.context["form"].cleaned_data[parameter]
        assert found == "+3225501200", (address, parameter)
    staff_client.force_login(staff)
    for model in (
        "numbers/geographicnumber",
        "numbers/site",
        "tenants/auditevent",
        "traffic/quarantinedrecord",
    ):
        page = staff_client.get(f"/{model}/", {"q": written})
        assert page.context["cl"].result_count >= 1, model
    asked = api(admin, "calls:read", "numbers:read")
    calls = asked.get("/api/v1/calls/", {"number": written})
    assert len(calls.json()["results"]) == 1
    assert asked.get("/api/v1/numbers/", {"search": written}).json()["count"] == 1


@pytest.mark.parametrize("hidden", ["", "\u202a"])
def test_every_search_finds_nothing_of_another_number(
    client, staff_client, staff, api, number, admin, hidden
):
    """The control."""
    other = f"{hidden}02 550 99 99"
    client.force_login(admin.user)
    staff_client.force_login(staff)
    assert client.get("/m/", {"q": other}).context["cards"] == []
    for model in ("numbers/geographicnumber", "numbers/site", "tenants/auditevent"):
        page = staff_client.get(f"/{model}/", {"q": other})
        assert page.context["cl"].result_count == 0, model
    asked = api(admin, "calls:read", "numbers:read")
    assert asked.get("/api/v1/numbers/", {"search": other}).json()["count"] == 0


@pytest.mark.parametrize(
    "called",
    ["025501200", "003225501200", "+32 2 550 12 00", "+3225501200", "+32\u200b2550"],
)
@pytest.mark.parametrize("field", ["called", "caller", "line"])
def test_what_is_set_aside_is_found_as_it_was_delivered(
    staff_client, staff, called, field
):
    set_aside({field: called})
    staff_client.force_login(staff)
    for query, count in ((called, 1), ("09 999 99 99", 0)):
        page = staff_client.get("/traffic/quarantinedrecord/", {"q": query})
        assert page.context["cl"].result_count == count, query


def test_a_label_with_a_digit_is_searched_as_a_whole(client, number, operator_member):
    GeographicNumber.objects.filter(pk=number.pk).update(label="Support")
    client.force_login(operator_member.user)
    for text, count in (
        ("Support", 1),
        ("Support 1", 0),
        ("Ligne 5", 0),
        ("12 00", 1),
        ("", 1),
    ):
        page = client.get("/m/", {"q": text})
        assert len(page.context["cards"]) == count, text


def found_by_staff(staff_client, address, query):
    page = staff_client.get(address, {"q": query})
    return page.context["cl"].result_count


def test_staff_find_no_digit_in_the_middle_of_a_number(
    staff_client, staff, number, contract, site, make_number
):
    GeographicNumber.objects.filter(pk=number.pk).update(label="Support")
    make_number(contract, site, "+3225501201", label="Ligne 2")
    staff_client.force_login(staff)
    for query, count in (
        ("Support", 1),
        ("Support 1", 0),
        ("Support 2", 0),
        ("Ligne 5", 0),
        ("ligne 2", 1),
        ("2 ligne", 1),
        ("Support Brussels", 1),
        ("02 550 12 01", 1),
        ("550 12", 2),
    ):
        address = "/numbers/geographicnumber/"
        assert found_by_staff(staff_client, address, query) == count, query


def test_staff_find_no_digit_in_the_middle_of_an_audited_number(
    staff_client, staff, number, editor
):
    record(actor=editor, action="number.diverted", target=number, at=timezone.now())
    staff_client.force_login(staff)
    name = AuditEvent.objects.get(action="number.diverted").actor_name
    for query, count in (
        (name, 1),
        (f"{name} 5", 0),
        (f"5 {name}", 0),
        (f"{name} 02 550 12 00", 1),
        (f"{name} 0255", 1),
        (f"{name} 0475", 0),
        ("diverted 12", 0),
    ):
        address = "/tenants/auditevent/"
        assert found_by_staff(staff_client, address, query) == count, query


def test_staff_find_no_digit_in_the_middle_of_what_is_set_aside(staff_client, staff):
    content = {"called": "+3225501200", "caller": "unknown 5"}
    set_aside(content, source="exchange", call_id="call-7")
    staff_client.force_login(staff)
    for query, count in (
        ("exchange", 1),
        ("exchange 1", 0),
        ("exchange 7", 1),
        ("exchange 5", 1),
        ("exchange 02 550", 1),
    ):
        address = "/traffic/quarantinedrecord/"
        assert found_by_staff(staff_client, address, query) == count, query
