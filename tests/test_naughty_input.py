"""No text in a query or a form breaks a page: every address, as its own people.

Values meet all fields together, and each field of a list alone, where the others
cannot hide it by being refused first.
"""

from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import override_settings

from tests.support.naughty import ALONE, FORM_TYPE, VALUES
from tests.support.routes import ROUTES, Route
from tests.support.walk import Walker
from tests.support.world import World

# What a form gets in all fields; a page gets every value.
OF_A_FORM = ("nul", "many digits", "last minute")
READ_BY_VIEWS = {"comment", "place", "step", "revision", "draft", "ids", "live", "name"}
# Forms without a field.
BUTTONS = (
    "_end",
    "_off",
    "_delete",
    "_begin",
    "_tidy",
    "_undo",
    "_discard",
    "_remove",
    "_revoke",
    "activate",
    "_dismiss",
    "_roll_back",
)
# What the addresses of an app read from the query, and from a form.
QUERY = {
    "tenants": ["by", "about", "since", "until", "subject", "page"],
    "numbers": ["q", "site", "option", "state", "sort", "page"],
    "routing": ["ids", "q", "page", "step", "draft", "caller", "at", "outcome-0"],
    "traffic": [
        "q",
        "period",
        "first",
        "last",
        "number",
        "site",
        "outcome",
        "order",
        "after",
        "before",
    ],
    "billing": ["year", "page"],
    "api": [
        "search",
        "site",
        "option",
        "number",
        "outcome",
        "from",
        "to",
        "page",
        "page_size",
        "cursor",
    ],
}
FORM = {
    "tenants": [
        "email",
        "role",
        "expected",
        "name",
        "scopes",
        "days",
        "language",
        "customer",
    ],
    "numbers": [
        "label",
        "name",
        "street",
        "postal_code",
        "sees_all",
        "sites",
        "numbers",
        "expected",
    ],
    "routing": [
        "to",
        "other",
        "until",
        "until_at",
        "reason",
        "ids",
        "act",
        "cfu-other",
        "cfu-until_at",
        "revision",
        "draft",
        "comment",
        "step",
        "kind",
        "place",
        "label",
        "live",
        "name",
        "mon",
        "special-0-from",
        "special-0-hours",
        "special-0-label",
        "text-fr",
        "begins",
        "number",
    ],
    "billing": ["terms"],
}
# What stands beside the one bad field is in order.
FITTING = {
    "period": "own",
    "until": "own",
    "cfu-until": "own",
    "role": "viewer",
    "act": "on",
    "other": "0470112233",
    "name": "x",
    "mode": "auto",
    "kind": "block",
    "begins": "+3247",
    "first": "2026-10-01",
    "caller": "",
    "email": "x@example.org",
}


@pytest.fixture(scope="module")
def walker(django_db_setup, django_db_blocker, acting_as, tmp_path_factory):
    files = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("files"))
    with django_db_blocker.unblock(), files, transaction.atomic():
        yield Walker(World("47", "Ourselves"), World("58", "Zwartekat"), acting_as)
        transaction.set_rollback(True)


def requests(
    route: Route, world: World, method: str, fields: list[str], alone: Collection[str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what is sent, with a word for it."""
    base = {**FITTING, **route.body(world)}
    for value, raw in VALUES.items():
        if method == "GET" or value in OF_A_FORM:
            yield f"everything is {value}", dict.fromkeys(fields, raw)
        for field in alone if value in ALONE[method] else ():
            yield f"{field} is {value}", {**base, field: raw}


def broken(walker: Walker, name: str, method: str, fields: list[str]) -> list[str]:
    """Return what the address could not take."""
    route, found = ROUTES[name], []
    role = "admin" if "admin" in route.allowed(method) else min(route.allowed(method))
    path = walker.path(name, route, walker.own)
    is_list = route.kwargs is None or name == "routing:simulate"
    alone = [field for field in fields if method == "GET" or field in READ_BY_VIEWS]
    if (method == "GET" and not is_list) or name.endswith(BUTTONS):
        alone = []
    with walker.client(name, role) as client:
        client.raise_request_exception = False
        for told, values in requests(route, walker.own, method, fields, alone):
            text = urlencode(values, doseq=True)
            with transaction.atomic():
                if method == "GET":
                    answer = client.get(f"{path}?{text}")
                else:
                    answer = client.generic(method, path, text, FORM_TYPE)
                transaction.set_rollback(True)
            # 503 is an answer: a document that is not rendered yet.
            if answer.status_code >= 500 and answer.status_code != 503:
                found.append(f"{method} {name}: {told}")
    return found


@pytest.mark.parametrize("name", [n for n, route in ROUTES.items() if route.GET])
def test_no_query_breaks_a_page(walker, name):
    assert broken(walker, name, "GET", QUERY[name.partition(":")[0]]) == []


@pytest.mark.parametrize(
    "name",
    [n for n, route in ROUTES.items() if route.POST and not n.startswith("api:")],
)
def test_no_form_breaks_a_page(walker, name):
    assert broken(walker, name, "POST", FORM[name.partition(":")[0]]) == []


@pytest.mark.parametrize(
    "month", ["9999-12", "0001-01", "2026-13", "2026-00", "\u0662026-01"]
)
@pytest.mark.parametrize("page", ["", "progress/", "zip/", "csv/"])
def test_a_month_that_cannot_be_is_not_found(staff_client, staff, month, page):
    staff_client.force_login(staff)
    address = f"/billing/customermonth/close/{month}/{page}"
    assert staff_client.get(address).status_code == 404


def test_a_page_that_cannot_take_a_text_is_noticed(walker, monkeypatch):
    """The control: a view that reads a number as ``int`` does."""
    monkeypatch.setattr("routing.views.divert.whole_number", int)
    found = broken(walker, "routing:bulk_divert", "GET", ["ids"])
    assert "GET routing:bulk_divert: ids is many digits" in found
