"""The page of a plan: its addresses and the form of a step."""

from django.urls import reverse

from tests.routing.conftest import MOBILE


def url(name, number):
    return reverse(f"routing:{name}", args=[number.pk])


def step(draft, **fields):
    """The form of step r1 as the page holds it, with changes."""
    return {
        "revision": draft.revision,
        "step": "r1",
        "label": "",
        "mode": "sequential",
        "to-0": MOBILE,
        "seconds-0": "20",
        "seconds-1": "20",
        "exit-failed": "bye",
        **fields,
    }


def saved(draft):
    draft.refresh_from_db()
    return draft.document


def publishing(draft, **more):
    return {"draft": draft.pk, "revision": draft.revision, **more}
