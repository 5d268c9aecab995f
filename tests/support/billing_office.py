"""The back office of billing: its addresses and the form of an order."""

import re

from django.urls import reverse


def url(name: str, *args) -> str:
    return reverse(f"admin:{name}", args=args, urlconf="vms_portal.urls.backoffice")


def order_form(contract, **changes) -> dict[str, object]:
    return {
        "contract": contract.pk,
        "reference": "O-78",
        "ordered_on": "2026-11-02",
        "terms_version": "2026-01",
        "accepted_by": "Alice",
        "accepted_at_0": "",
        "accepted_at_1": "",
        "options-TOTAL_FORMS": "0",
        "options-INITIAL_FORMS": "0",
        "one_offs-TOTAL_FORMS": "0",
        "one_offs-INITIAL_FORMS": "0",
        **changes,
    }


def read(page: str) -> dict[str, str]:
    """What the page of the question has sent again of what it said."""
    found = re.search(r'name="read" value="(\w+)"', page)
    assert found
    return {"read": found[1]}
