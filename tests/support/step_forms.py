"""The forms of steps, sent as the editor sends them."""

import pytest
from django.urls import reverse

from routing.engine import parse
from routing.models import Queue
from routing.services import plans
from tests.routing.conftest import MOBILE, ring


@pytest.fixture
def draft(library, number, editor, client):
    Queue.objects.create(tenant=number.tenant, slug="sales", name="Sales desk")
    draft = plans.open_draft(number=number, member=editor)
    client.force_login(editor.user)
    return plans.save_draft(
        draft=draft, document=ring(MOBILE), revision=1, member=editor
    )


@pytest.fixture
def add(client, number, draft):
    """Add a step of a kind in front of all, as the form sends it."""

    def send(kind, **fields):
        sent = {
            "revision": draft.revision,
            "kind": kind,
            "step": "r1",
            "place": "",
            "label": "",
            **written(fields),
        }
        return client.post(reverse("routing:step_add", args=[number.pk]), sent)

    return send


@pytest.fixture
def save(client, number, draft):
    def send(step, **fields):
        draft.refresh_from_db()
        sent = {
            "revision": draft.revision,
            "step": step,
            "label": "",
            **written(fields),
        }
        return client.post(reverse("routing:step_save", args=[number.pk]), sent)

    return send


def written(fields):
    """``exit_1`` is the field exit-1."""
    return {name.replace("__", "-"): value for name, value in fields.items()}


def step_of(draft, name):
    draft.refresh_from_db()
    assert [p for p in parse(draft.document)[1] if p.node == name] == []
    return draft.document["nodes"][name]
