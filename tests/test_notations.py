"""A number is the same number in every form, list, address and file."""

import datetime as dt
import re

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from numbers.destinations import policy
from numbers.models import GeographicNumber
from numbers.notation.misreading import wrong_length
from routing.engine import world
from routing.models import Override, ScreeningRule
from tenants.audit.record import record
from tenants.models import AuditEvent
from tests.support.calls import make_call
from tests.support.deliveries import row
from traffic.models import QuarantinedRecord
from vms_portal.kernel.telephony import E164, beginning, from_query

# Of a whole number, and of any that lets the same lengths pass.
PATTERN = re.compile(r"\\\+(?:\[1-9\]\[0-9\]\{6,14\}|\\d\{7,15\})")
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
INVISIBLE = ["\u202d", "\u202e", "\u200b", "\ufe0f", "\u3164", "\u2800", "\u00ad"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+32475", "+32475"),
        ("0475", "+32475"),
        ("00 32 475", "+32475"),
        ("+32 (0)475 55", "+3247555"),
        ("0032 (0)475 55", "+3247555"),
        ("+32 0475", "+32475"),
        ("(0)475", "+32475"),
        ("+33", "+33"),
        ("0033", "+33"),
        ("+33 06 12", "+33612"),
        ("+33 (0)6 12", "+33612"),
        ("+33 006", None),
        ("+39 (0)331", "+390331"),
        ("+39 06", "+3906"),
        ("\uff0b32 \u0664\u0667\u0665", "+32475"),
        ("", None),
        ("0", None),
        ("+", None),
        ("abc", None),
        ("32475", None),
        ("+32 00475", None),
        ("+32\u202e475", None),
    ],
)
def test_the_beginning_of_a_number(text, expected):
    assert beginning(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [(" 3225501200", "+3225501200"), (" 025501200", " 025501200"), (" a", " a")],
)
def test_a_plus_that_nobody_encoded(text, expected):
    assert from_query(text) == expected


@pytest.mark.parametrize(
    "written",
    ["0475 55 30 01", "+32 (0)475 55 30 01", "0032 (0)475553001", "+32 0475 55 30 01"],
)
def test_a_blocked_caller_is_blocked_in_any_notation(client, number, editor, written):
    client.force_login(editor.user)
    asked = {"kind": "block", "begins": written, "number": ""}
    client.post(reverse("routing:rule_add"), asked)
    assert ScreeningRule.objects.get().prefix == "+32475553001"
    page = client.get(
        reverse("routing:simulate", args=[number.pk]), {"caller": "+32475553001"}
    )
    assert "block list under +32 475 55 30 01" in page.text


@pytest.mark.parametrize("mark", INVISIBLE)
def test_an_invisible_character_is_told_and_never_shown(
    client, api, number, editor, mark
):
    client.force_login(editor.user)
    written = f"+32 470 1{mark}1 22 33"
    divert = reverse("routing:divert", args=[number.pk])
    rule = {"kind": "block", "begins": written, "number": ""}
    for page in (
        client.post(divert, {"other": written, "until": "4h"}),
        client.post(reverse("routing:rule_add"), rule),
        client.get(reverse("routing:simulate", args=[number.pk]), {"caller": written}),
    ):
        assert "invisible character" in page.text
        told = page.text.replace(f'value="{written}"', "")
        assert mark not in told
    assert not Override.objects.exists()
    assert not ScreeningRule.objects.exists()


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("12", "This number is too short. A mobile number has 10 digits, such as 0470"),
        ("0470 99 88 7", "This number is too short. A mobile number has 10 digits"),
        ("0470 99 88 776", "This number is too long. A mobile number has 10 digits"),
        ("02 550 12", "too short. A number of a Belgian zone has 9 digits"),
        ("02 550 12 344", "too long. A number of a Belgian zone has 9 digits"),
        ("my mobile", "This is not a telephone number. Write it as 0470 11 22 33"),
        ("112", "This is an emergency number"),
    ],
)
def test_a_person_is_told_what_a_destination_lacks(
    client, number, editor, written, told
):
    client.force_login(editor.user)
    divert = reverse("routing:divert", args=[number.pk])
    page = client.post(divert, {"other": written, "until": "4h"})
    assert told in page.text
    assert "site: and its name" not in page.text
    assert not Override.objects.exists()


def test_the_right_length_is_no_fault():
    assert wrong_length("+32470112233") is wrong_length("+3225501234") is None
    assert wrong_length("+3312") is None


@pytest.mark.parametrize("written", NOTATIONS)
def test_the_api_finds_calls_in_any_notation(api, number, editor, written):
    call = make_call(number, timezone.now() - dt.timedelta(hours=1))
    answer = api(editor, "calls:read").get("/api/v1/calls/", {"number": written})
    assert [item["id"] for item in answer.json()["results"]] == [call.pk]


def test_a_plus_in_the_query_is_no_space(api, number, editor):
    make_call(number, timezone.now() - dt.timedelta(hours=1))
    client = api(editor, "calls:read")
    assert client.get("/api/v1/calls/?number=+3225501200").json()["results"]


@pytest.mark.parametrize("written", ["abc", "12", "02 550", "", "\u202eabc"])
def test_what_is_no_number_is_named(api, number, editor, written):
    answer = api(editor, "calls:read").get("/api/v1/calls/", {"number": written})
    assert answer.status_code == 400
    assert set(answer.json()["detail"]) == {"number"}
    assert "\u202e" not in answer.text


@pytest.mark.parametrize("written", [*NOTATIONS, "550 12", "5501200", "+32 (0)2 55"])
def test_every_list_finds_a_number(client, staff_client, staff, number, admin, written):
    record(actor=admin, action="number.diverted", target=number)
    QuarantinedRecord.objects.create(
        source="edge-1",
        call_id="one",
        digest="0" * 32,
        reason="malformed",
        content=row(),
        received_at=timezone.now(),
    )
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
    QuarantinedRecord.objects.create(
        source="edge-1",
        call_id="one",
        digest="0" * 32,
        reason="malformed",
        content=row(),
        received_at=timezone.now(),
    )
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
    QuarantinedRecord.objects.create(
        source="edge-1",
        call_id="one",
        digest="0" * 32,
        reason="malformed",
        content={field: called},
        received_at=timezone.now(),
    )
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


def test_what_a_whole_number_is_stands_once_and_where_nothing_is_imported():
    files = {
        str(file.relative_to(settings.BASE_DIR))
        for app in ("numbers", "routing", "traffic", "billing", "vms_portal")
        for file in (settings.BASE_DIR / app).rglob("*.py")
        if "migrations" not in file.parts and PATTERN.search(file.read_text())
    }
    alone = {"routing/engine/world.py", "numbers/destinations/policy.py"}
    assert files == {"vms_portal/kernel/telephony.py", *alone}
    assert world.E164 == policy.E164 == E164


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
    QuarantinedRecord.objects.create(
        source="exchange",
        call_id="call-7",
        digest="0" * 32,
        reason="malformed",
        content={"called": "+3225501200", "caller": "unknown 5"},
        received_at=timezone.now(),
    )
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
