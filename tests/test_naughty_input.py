"""No text in a query or a form breaks a page: every address, as its own people.

Values meet all fields together, and each field of a list alone, where the others
cannot hide it by being refused first.
"""

from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.db import models, transaction
from django.test import override_settings

from tests.support.routes import ROUTES, Route
from tests.support.walk import Walker
from tests.support.world import World

FORM_TYPE = "application/x-www-form-urlencoded"
VALUES = {
    "nul": b"\x00",
    "half a character": b"\xed\xa0\x80",
    "many digits": b"9" * 5000,
    "no digit": "²".encode(),
    "infinite": b"1e999",
    "pattern": b"%_\\",
    "last day": b"9999-12-31",
    "last minute": b"9999-12-31T23:59",
    "first minute": b"0001-01-01T00:00",
    "last second": b"9999-12-31T23:59:59Z",
    "first day": b"0001-01-01",
    "no year": b"99999999",
    "a mark nobody sees": "\u202e+32\u200b470".encode(),
    "nested without end": b"[" * 9000,
}
# What a form gets in all fields; a page gets every value.
OF_A_FORM = ("nul", "many digits", "last minute")
# Sent in one field only, where no other can be refused before it. A form asks more
# work of the database than a page, so only what its view reads by itself.
ALONE = {
    "GET": ("nul", "many digits", "last minute"),
    "POST": ("nul",),
}
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


def admin_query(model_admin: admin.ModelAdmin) -> list[str]:
    """What a list of the back office reads: its own words and those of its filters."""
    words = ["q", "o", "p", "all", "_to_field"]
    for entry in model_admin.list_filter:
        name = entry[0] if isinstance(entry, tuple) else entry
        if isinstance(name, str):
            words += [f"{name}__exact", f"{name}__id__exact"]
        else:
            words.append(str(getattr(name, "parameter_name", "")))
    if day := model_admin.date_hierarchy:
        words += [f"{day}__year", f"{day}__month", f"{day}__day"]
    return words


# What people write into an address themselves: the lists take any look-up. The
# first field of a kind stands for the others.
IMPOSSIBLE: dict[type[models.Field], dict[str, tuple[str, ...]]] = {
    models.DateField: {
        "year": ("99999999", "9999", "0", "x"),
        "month": ("99999999", "-1"),
        "date": ("9999-12-31", "99999-01-01"),
        "range": ("9999-12-31", "x"),
        "gte": ("9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"),
    },
    models.BigAutoField: {
        "in": ("9" * 30, "x"),
        "regex": ("(",),
        "gt": ("9" * 30,),
        "range": ("0", "1,2,3"),
    },
    models.CharField: {"regex": ("(", "[a-")},
    models.JSONField: {"contains": ("{", "x")},
}


def impossible_queries(model_admin: admin.ModelAdmin) -> Iterator[str]:
    fields = model_admin.opts.concrete_fields
    for kind, lookups in IMPOSSIBLE.items():
        for field in [found for found in fields if isinstance(found, kind)][:1]:
            for lookup, values in lookups.items():
                for value in values:
                    yield urlencode({f"{field.name}__{lookup}": value})
    if day := model_admin.date_hierarchy:
        for year, month in (("9999", "12"), ("1", "1"), ("2026", "13"), ("-1", "0")):
            parts = {f"{day}__year": year, f"{day}__month": month}
            yield urlencode(parts)
            yield urlencode({**parts, f"{day}__day": "31"})
        yield urlencode({f"{day}__year": "99999999"})


@pytest.mark.parametrize(
    "model_admin", admin.site._registry.values(), ids=lambda found: str(found)
)
def test_no_impossible_value_breaks_a_list_of_the_back_office(
    staff_client, staff, model_admin
):
    staff_client.force_login(staff)
    staff_client.raise_request_exception = False
    label = model_admin.opts.label_lower.replace(".", "/")
    found = []
    for query in impossible_queries(model_admin):
        # Programs ask with other methods, and a form is sent to the list it stands in.
        for method in ("GET", "HEAD", "POST"):
            with transaction.atomic():
                answer = staff_client.generic(method, f"/{label}/?{query}")
                transaction.set_rollback(True)
            if answer.status_code >= 500:
                found.append((method, query))
    assert found == []


@pytest.mark.parametrize(
    "month", ["9999-12", "0001-01", "2026-13", "2026-00", "\u0662026-01"]
)
@pytest.mark.parametrize("page", ["", "progress/", "zip/", "csv/"])
def test_a_month_that_cannot_be_is_not_found(staff_client, staff, month, page):
    staff_client.force_login(staff)
    address = f"/billing/customermonth/close/{month}/{page}"
    assert staff_client.get(address).status_code == 404


@pytest.mark.parametrize(
    "model_admin", admin.site._registry.values(), ids=lambda found: str(found)
)
def test_no_query_breaks_a_list_of_the_back_office(staff_client, staff, model_admin):
    staff_client.force_login(staff)
    staff_client.raise_request_exception = False
    label = model_admin.opts.label_lower.replace(".", "/")
    for word in admin_query(model_admin):
        for value in ALONE["GET"]:
            with transaction.atomic():
                answer = staff_client.get(
                    f"/{label}/?{urlencode({word: VALUES[value]})}"
                )
                transaction.set_rollback(True)
            assert answer.status_code < 500, f"{label} {word} is {value}"


def form_fields(page: Any) -> tuple[dict[str, str], list[str]]:
    """Return what a form of the back office counts, and its fields with a row each."""
    counts: dict[str, str] = {}
    names = list(page.context["adminform"].form.fields)
    for inline in page.context["inline_admin_formsets"]:
        prefix = inline.formset.prefix
        counts |= {f"{prefix}-TOTAL_FORMS": "1", f"{prefix}-INITIAL_FORMS": "0"}
        fields = inline.formset.empty_form.fields
        names += [f"{prefix}-0-{name}" for name in fields if name != "DELETE"]
    return counts, names


@pytest.mark.parametrize(
    "model_admin", admin.site._registry.values(), ids=lambda found: str(found)
)
def test_no_text_breaks_a_form_of_the_back_office(staff_client, staff, model_admin):
    staff_client.force_login(staff)
    staff_client.raise_request_exception = False
    where = f"/{model_admin.opts.label_lower.replace('.', '/')}/add/"
    page = staff_client.get(where)
    if page.status_code != 200:
        return
    counts, names = form_fields(page)
    found = []
    for told, raw in VALUES.items():
        for method, sent in (
            ("get", dict.fromkeys(names, raw)),
            ("post", {**dict.fromkeys(names, raw), **counts}),
        ):
            with transaction.atomic():
                answer = staff_client.generic(
                    method.upper(),
                    where,
                    urlencode(sent),
                    FORM_TYPE,
                    QUERY_STRING=urlencode(sent) if method == "get" else "",
                )
                transaction.set_rollback(True)
            if answer.status_code >= 500:
                found.append(f"{method}: {told}")
    assert found == []


@pytest.mark.parametrize(
    "model_admin", admin.site._registry.values(), ids=lambda found: str(found)
)
@pytest.mark.parametrize(
    "page", ["change/", "history/", "delete/", "history/1/", "history/x/"]
)
def test_no_key_breaks_a_page_of_the_back_office(
    staff_client, staff, model_admin, page
):
    staff_client.force_login(staff)
    staff_client.raise_request_exception = False
    label = model_admin.opts.label_lower.replace(".", "/")
    found = []
    for key in (
        "1",
        "x",
        "9" * 30,
        "-1",
        "%00",
        "%C2%B2",
        "..%2fx",
        "%ED%A0%80",
        "_5F",
    ):
        with transaction.atomic():
            answer = staff_client.get(f"/{label}/{key}/{page}")
            transaction.set_rollback(True)
        if answer.status_code >= 500:
            found.append(key)
    assert found == []


@pytest.mark.parametrize(
    "model_admin", admin.site._registry.values(), ids=lambda found: str(found)
)
@pytest.mark.parametrize("page", ["", "add/", "1/change/", "1/delete/", "1/history/"])
def test_no_name_of_a_field_breaks_a_page_of_the_back_office(
    staff_client, staff, model_admin, page
):
    """Django reads ``_to_field`` before it looks whether there is such a field."""
    staff_client.force_login(staff)
    staff_client.raise_request_exception = False
    where = f"/{model_admin.opts.label_lower.replace('.', '/')}/{page}"
    relations = [found.name for found in model_admin.opts.related_objects]
    found = []
    for name in ["", "+", "x", "pk", *relations]:
        sent = urlencode({"_to_field": name})
        for method, query, body in (("GET", sent, ""), ("POST", "", sent)):
            with transaction.atomic():
                answer = staff_client.generic(
                    method, f"{where}?{query}", body, FORM_TYPE
                )
                transaction.set_rollback(True)
            if answer.status_code >= 500:
                found.append((method, name))
    assert found == []


@pytest.mark.parametrize(
    "model_admin", admin.site._registry.values(), ids=lambda found: str(found)
)
@pytest.mark.parametrize("page", ["add/", "1/change/"])
def test_no_button_of_a_form_breaks_it(staff_client, staff, model_admin, page):
    """``_saveasnew`` turns a change into an addition, which has no object."""
    staff_client.force_login(staff)
    staff_client.raise_request_exception = False
    where = f"/{model_admin.opts.label_lower.replace('.', '/')}/{page}"
    for button in ("_saveasnew", "_continue", "_addanother", "_popup", "_save", "post"):
        with transaction.atomic():
            answer = staff_client.post(where, {button: "1"})
            transaction.set_rollback(True)
        assert answer.status_code < 500, button


def test_a_page_that_cannot_take_a_text_is_noticed(walker, monkeypatch):
    """The control: a view that reads a number as ``int`` does."""
    monkeypatch.setattr("routing.views.divert.whole_number", int)
    found = broken(walker, "routing:bulk_divert", "GET", ["ids"])
    assert "GET routing:bulk_divert: ids is many digits" in found
