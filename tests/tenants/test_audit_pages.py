"""The audit trail as its administrators read it."""

import ast
import csv
import io
import re
from pathlib import Path

import pytest
import time_machine
from django.utils import translation

from billing.models import Invoice
from tenants.audit.actions import ACTIONS, SUBJECTS
from tenants.audit.details import NAMES, details
from tenants.audit.record import record

ROOT = Path(__file__).resolve().parents[2]
# A name that stands for itself, or for what is put in.
ACTION = r"(?:[a-z_]+|\[a-z_\]\+)\.(?:[a-z_]|\[a-z_\]\+)+"
# Stand in trails already; nothing records them any more.
OF_EARLIER = {"number.option_change_withdrawn"}
APPS = ("tenants", "contracts", "numbers", "routing", "traffic", "billing")


@pytest.fixture
def trail(admin, viewer, number, stranger):
    for actor, action, at in [
        (viewer, "number.diverted", "2026-10-24T21:59:00Z"),
        (admin, "member.role_changed", "2026-10-24T22:01:00Z"),
        (viewer, "plan.published", "2026-10-25T23:30:00Z"),
    ]:
        with time_machine.travel(at, tick=False):
            record(actor=actor, action=action, target=number)
    record(actor=stranger, action="token.created", target=stranger)


def found(client, query="") -> list[str]:
    rows = client.get(f"/audit/?{query}").context["rows"]
    return [row["event"].action for row in rows]


@pytest.mark.parametrize(
    ("query", "actions"),
    [
        ("", ["plan.published", "member.role_changed", "number.diverted"]),
        ("subject=number", ["number.diverted"]),
        (
            "subject=nonsense",
            ["plan.published", "member.role_changed", "number.diverted"],
        ),
        ("by=viewer", ["plan.published", "number.diverted"]),
        ("about=%2B3225501200&subject=plan", ["plan.published"]),
        # Belgian days: the summer's last began at 22:00 UTC and lasted 25 hours.
        ("since=2026-10-25", ["plan.published", "member.role_changed"]),
        ("until=2026-10-25", ["member.role_changed", "number.diverted"]),
        ("since=2026-10-25&until=2026-10-25", ["member.role_changed"]),
        (
            "since=nonsense&until=9999-12-31&page=abc",
            ["plan.published", "member.role_changed", "number.diverted"],
        ),
    ],
)
def test_filters_are_in_the_address(client, admin, trail, query, actions):
    client.force_login(admin.user)
    assert found(client, query) == actions


def test_the_export_is_filtered_and_safe_in_a_spreadsheet(client, admin, viewer, trail):
    viewer.user.name = '=HYPERLINK("http://evil.example")'
    record(actor=viewer, action="number.diverted", target=viewer)
    client.force_login(admin.user)
    answer = client.get("/audit/export/?subject=number")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    text = answer.content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert [row[4] for row in rows[1:]] == ["number.diverted"] * 2
    assert rows[1][2].startswith("'=")
    assert rows[2][5] == "+32 2 550 12 00"


def test_what_nobody_sees_is_told_by_its_code(client, admin, number):
    """An event is never rewritten, whatever stood in it."""
    odd = {"file": "nu\u202em\x1b[31m.csv", "note": "one\ntwo"}
    record(actor=admin, action="number.imported", target=number, detail=odd)
    client.force_login(admin.user)
    for address in ("/audit/", "/audit/export/"):
        text = client.get(address).text
        assert "nu‹U+202E›m‹U+001B›[31m.csv" in text
        assert "\u202e" not in text
        assert "one\ntwo" in text


def test_what_was_recorded_later_stands_where_its_time_is(client, admin, trail):
    with time_machine.travel("2026-10-24T22:00:00Z", tick=False):
        record(actor=admin, action="site.changed", target=admin)
    client.force_login(admin.user)
    in_time = ["plan.published", "member.role_changed", "site.changed"]
    assert found(client)[:3] == in_time
    text = client.get("/audit/export/").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert [row[4] for row in rows[1:4]] == in_time


def test_a_customer_reads_its_own_chain_only(client, stranger, trail):
    client.force_login(stranger.user)
    assert found(client) == ["token.created"]
    assert client.get("/audit/export/").content.count(b"\r\n") == 2


def test_pages_carry_the_filter(client, admin, number):
    for _ in range(60):
        record(actor=admin, action="number.diverted", target=number)
    client.force_login(admin.user)
    page = client.get("/audit/?subject=number")
    assert len(page.context["rows"]) == 50
    assert "subject=number&amp;page=2" in page.content.decode()


def _named_in_code() -> list[str]:
    """Patterns for every text of our code that may be an action: ``x.y``.

    What an f-string puts in stands for one word.
    """
    files = [file for app in APPS for file in (ROOT / app).rglob("*.py")]
    texts = {
        ast.unparse(node).lstrip("f").strip("\"'")
        for file in files
        if file.name != "contributions.py"
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.JoinedStr)
        or (isinstance(node, ast.Constant) and isinstance(node.value, str))
    }
    words = [re.sub(r"\{[^}]*\}", r"[a-z_]+", text) for text in texts]
    # Two words that are both put in could be any act, and tell of none.
    nothing = r"[a-z_]+.[a-z_]+"
    return [w for w in words if re.fullmatch(ACTION, w) and w != nothing]


def test_every_subject_has_its_acts():
    assert {action.partition(".")[0] for action in ACTIONS} == set(SUBJECTS)


def test_every_act_that_has_words_is_recorded():
    patterns = _named_in_code()

    def is_named(action: str) -> bool:
        return any(re.fullmatch(pattern, action) for pattern in patterns)

    assert {action for action in ACTIONS if not is_named(action)} == OF_EARLIER
    assert not is_named("number.painted")


def _recorded_names() -> set[str]:
    """Every name of a ``detail={...}`` that the code writes out."""
    files = [file for app in APPS for file in (ROOT / app).rglob("*.py")]
    return {
        str(key.value)
        for file in files
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.keyword) and node.arg == "detail"
        for each in ast.walk(node.value)
        if isinstance(each, ast.Dict)
        for key in each.keys
        if isinstance(key, ast.Constant)
    }


def test_every_recorded_detail_has_its_name():
    names = _recorded_names()
    assert len(names) > 20
    assert names <= set(NAMES)


@pytest.mark.parametrize(
    ("recorded", "shown"),
    [
        ({"until": "2026-10-24T21:59:00+00:00"}, [("jusqu’à", "24/10/2026 23:59")]),
        ({"last_day": "2026-10-24"}, [("dernier jour", "24/10/2026")]),
        (
            {"before": "viewer", "after": "admin"},
            [("avant", "Lecture seule"), ("après", "Administrateur")],
        ),
        ({"destination": "+32470112233"}, [("destination", "+32 470 11 22 33")]),
        ({"sees_all_numbers": False}, [("tous les numéros", "non")]),
        ({"reason": "", "until": None, "sites": []}, []),
        (
            {"numbers": ["+3225501200", "+3225501201"]},
            [("numéros", "+32 2 550 12 00, +32 2 550 12 01")],
        ),
        ({"after": {"opt_in": ["0800"]}}, [("après", "numéros spéciaux\u00a0: 0800")]),
        (
            {"groups": {"before": ["sales"], "after": ["finance", "own"]}},
            [("groupes", "avant\u00a0: Ventes; après\u00a0: Finances, own")],
        ),
        (
            {"after": "viewer", "before": "admin"},
            [("avant", "Administrateur"), ("après", "Lecture seule")],
        ),
        ({"kind": "tenants.tenant"}, [("type", "client")]),
        ({"kind": "Kunde"}, [("type", "Kunde")]),
        (
            {"fields": "Groups", "changes": {"is_staff": {"before": True}}},
            [("modifications", "personnel\u00a0: avant\u00a0: oui")],
        ),
        ({"fields": "Groups"}, [("champs", "Groups")]),
        ({"scopes": ["numbers:read"]}, [("droits", "Lire les numéros et les sites")]),
        ({"label": "sales"}, [("label", "sales")]),
        (
            {"total_incl_vat": "2185.62"},
            [("total TVA comprise", "2\u00a0185,62\u00a0€")],
        ),
        ({"of_a_later_release": 7}, [("of_a_later_release", "7")]),
        ({"note": "2026-99-99"}, [("note", "2026-99-99")]),
    ],
)
def test_details_are_told_in_the_readers_language(recorded, shown):
    with translation.override("fr"):
        assert details(recorded) == shown


def test_processes_that_act_have_a_name(client, admin, number):
    record(actor="expiry", action="number.divert_expired", target=number)
    client.force_login(admin.user)
    row = client.get("/audit/").context["rows"][0]
    assert (row["by"], row["words"]) == ("Expiry", "Diversion expired")


def test_issuing_each_kind_of_document_has_its_words():
    assert {f"{kind}.issued" for kind in Invoice.Kind.values} <= set(ACTIONS)
