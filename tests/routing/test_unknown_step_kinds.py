"""A kind of step nobody knows any more, or yet, raises nowhere and is shown."""

import datetime as dt

import pytest
from django.urls import reverse

from routing.decisions.where_now import where_now
from routing.engine.steps import KINDS
from routing.steps import PAGES
from tests.routing.conftest import MONDAY, facts, make_live
from tests.support.pause_step import EXAMPLES, Pause, PausePage, simulated
from tests.support.routing import CALLED, MONDAY_MORNING, document, ring
from traffic.calls.timeline import timeline
from traffic.models import CallRecord

UNKNOWN: list[object] = ["fax", "", None, 5, [], {"a": 1}, True]


@pytest.mark.parametrize("kind", UNKNOWN, ids=repr)
def test_an_unknown_kind_raises_nowhere(client, library, number, editor, kind):
    plan = document(ring("line", failed="odd"), odd={"type": kind, "exits": {"a": "b"}})
    make_live(number, document(ring("line")), editor)
    client.force_login(editor.user)
    client.post(reverse("routing:plan_begin", args=[number.pk]))
    draft = number.plan_versions.get(state="draft")
    draft.document = plan
    draft.save()
    version = reverse("routing:version_detail", args=[number.pk, draft.sequence])
    assert client.get(version).status_code == 200
    for page, args in (
        ("plan_edit", {"step": "odd"}),
        ("plan_edit", {"add": str(kind), "step": "odd"}),
        ("simulate", {"caller": "", "draft": "1"}),
        ("number_detail", {}),
    ):
        answer = client.get(reverse(f"routing:{page}", args=[number.pk]), args)
        assert answer.status_code == 200
    at = dt.datetime.fromisoformat(MONDAY_MORNING)
    call = CallRecord(started_at=at, called=CALLED, legs=[{"node": "odd"}])
    assert timeline(call, draft, {})
    assert simulated(plan)["problems"]


def test_a_live_plan_of_a_kind_that_is_gone_is_shown(
    client, library, number, editor, monkeypatch
):
    with monkeypatch.context() as while_known:
        while_known.setitem(KINDS, "pause", Pause())
        while_known.setitem(PAGES, "pause", PausePage())
        live = make_live(number, document(EXAMPLES["pause"]), editor)
    client.force_login(editor.user)
    client.post(reverse("routing:plan_begin", args=[number.pk]))
    for page in ("number_detail", "plan_edit", "simulate", "version_list"):
        url = reverse(f"routing:{page}", args=[number.pk])
        assert client.get(url, {"caller": ""}).status_code == 200
    version = reverse("routing:version_detail", args=[number.pk, live.sequence])
    assert "pause" in client.get(version).content.decode()
    assert where_now(number, facts(number, MONDAY)).state == "unserved"
