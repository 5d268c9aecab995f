"""No text, key or name of a field breaks a page of the back office."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.db import models, transaction

from tests.support.naughty import ALONE, FORM_TYPE, VALUES


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
