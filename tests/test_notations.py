"""A number is the same number in every form, address and file."""

import datetime as dt
import re

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from numbers.destinations import policy
from numbers.notation.misreading import wrong_length
from routing.engine import world
from routing.models import Override, ScreeningRule
from tests.support.calls import make_call
from vms_portal.kernel.telephony import E164, beginning, from_query

# Of a whole number, and of any that lets the same lengths pass.
PATTERN = re.compile(r"\\\+(?:\[1-9\]\[0-9\]\{6,14\}|\\d\{7,15\})")
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
