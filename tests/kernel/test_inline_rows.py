"""An inline makes as many rows as a request holds, not as many as it counts."""

import pytest
from django.contrib import admin
from django.test import RequestFactory

from vms_portal.kernel.admin.inline_rows import RowsAsSent

HUGE = "99999999999"


def found():
    for model_admin in admin.site._registry.values():
        for inline in model_admin.inlines:
            # What is only read has no rows to be sent.
            if set(inline.fields or ["?"]) != set(inline.readonly_fields):
                yield pytest.param(model_admin, inline, id=inline.__name__)


INLINES = list(found())


def rows_made(model_admin, inline, staff) -> int:
    made = inline(model_admin.model, admin.site)
    request = RequestFactory().get("/")
    request.user = staff
    prefix = made.get_formset(request).get_default_prefix()
    sent = {f"{prefix}-TOTAL_FORMS": HUGE, f"{prefix}-INITIAL_FORMS": "0"}
    request = RequestFactory().post("/", sent)
    request.user = staff
    return len(made.get_formset(request)(sent, prefix=prefix).forms)


@pytest.mark.django_db
@pytest.mark.parametrize(("model_admin", "inline"), INLINES)
def test_a_number_alone_makes_no_rows(model_admin, inline, staff):
    assert rows_made(model_admin, inline, staff) <= 2


@pytest.mark.django_db
@pytest.mark.parametrize(("model_admin", "inline"), INLINES)
def test_without_the_bound_it_would(model_admin, inline, staff, monkeypatch):
    """The control."""
    monkeypatch.delattr(RowsAsSent, "get_formset")
    assert rows_made(model_admin, inline, staff) > 1000
