"""Changes to a draft are taken back, and nobody's work is lost to who was faster."""

from copy import copy

import pytest
from django.urls import reverse
from django.utils import timezone

from routing.models import KnownDestination, PlanVersion
from routing.services import plans, undo
from tests.routing.conftest import MOBILE, ring
from tests.support.plan_page import publishing, saved, step, url
from tests.support.races import while_waiting

# A step back is noted once its change is committed.
pytestmark = pytest.mark.django_db(transaction=True)


def test_changes_are_taken_back_one_after_the_other(client, number, draft, editor):
    client.force_login(editor.user)
    states = [saved(draft)]
    for label in ("One", "Two"):
        client.post(url("step_save", number), step(draft, label=label))
        states.append(saved(draft))
    for before in (states[1], states[0]):
        client.post(url("plan_undo", number), {"revision": draft.revision})
        assert saved(draft) == before
    answer = client.post(url("plan_undo", number), {"revision": draft.revision})
    assert answer.status_code == 409


def test_taking_back_in_a_draft_that_is_discarded_this_moment_says_so(
    client, number, draft, editor, admin
):
    before = copy(draft)
    draft = plans.save_draft(
        draft=draft, document=ring("line"), revision=draft.revision, member=editor
    )
    client.force_login(editor.user)

    def take_back():
        # In tests each thread has a cache of its own.
        undo.remember(before, draft, editor)
        return client.post(url("plan_undo", number), {"revision": draft.revision})

    answer = while_waiting(
        lambda: PlanVersion.objects.select_for_update().get(pk=draft.pk),
        lambda: plans.discard_draft(draft=draft, member=admin),
        take_back,
    )
    assert answer.status_code == 409
    assert "no longer there: it was published or discarded" in answer.text


AWAY = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:1/0",
    }
}


def test_without_the_cache_a_plan_is_edited_and_published_without_undo(
    client, number, draft, editor, settings
):
    KnownDestination.objects.create(
        tenant=number.tenant,
        e164=MOBILE,
        first_used_at=timezone.now(),
        added_by=editor.user,
    )
    settings.CACHES = AWAY
    client.force_login(editor.user)
    assert client.get(url("plan_edit", number)).status_code == 200
    answer = client.post(url("step_save", number), step(draft, label="One"))
    assert answer.status_code == 302
    assert saved(draft)["nodes"]["r1"]["label"] == "One"
    undone = client.post(url("plan_undo", number), {"revision": draft.revision})
    assert undone.status_code == 409
    client.post(url("publish", number), publishing(draft))
    draft.refresh_from_db()
    assert draft.state == "live"


@pytest.mark.parametrize(
    "name",
    [
        "numbers:home",
        "numbers:number_list",
        "routing:number_detail",
        "routing:home_panel",
        "routing:continuity",
        "routing:calendar_list",
        "traffic:call_list",
        "traffic:statistics",
    ],
)
def test_no_page_needs_the_cache(client, number, editor, settings, name):
    settings.CACHES = AWAY
    client.force_login(editor.user)
    args = [number.pk] if name == "routing:number_detail" else []
    assert client.get(reverse(name, args=args)).status_code == 200


def test_a_change_of_somebody_else_is_not_taken_back(
    client, number, draft, editor, admin
):
    client.force_login(admin.user)
    client.post(url("step_save", number), step(draft, label="Theirs"))
    client.force_login(editor.user)
    draft.refresh_from_db()
    client.post(url("plan_undo", number), {"revision": draft.revision})
    assert saved(draft)["nodes"]["r1"]["label"] == "Theirs"


@pytest.mark.parametrize("name", ["step_save", "step_add", "step_delete"])
def test_a_change_on_an_older_state_tells_who_was_faster(
    client, number, draft, editor, admin, name
):
    old = {**step(draft, label="Mine"), "kind": "ring", "place": "failed"}
    client.force_login(admin.user)
    client.post(url("step_save", number), step(draft, label="Theirs"))
    client.force_login(editor.user)
    answer = client.post(url(name, number), old)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert f"{admin.user} saved this draft" in text
    assert "is now called “Theirs”" in text
    assert saved(draft)["nodes"]["r1"]["label"] == "Theirs"

    again = dict(answer.context["again"])
    assert client.post(answer.context["address"], again).status_code == 302
    assert saved(draft)["nodes"] != ring(MOBILE)["nodes"]
    assert draft.changed_by == editor.user


def test_a_draft_is_discarded_once(client, number, draft, editor):
    client.force_login(editor.user)
    data = {"draft": draft.pk}
    assert client.post(url("plan_discard", number), data).status_code == 302
    assert not PlanVersion.objects.exists()
    assert client.post(url("plan_discard", number), data).status_code == 409


@pytest.mark.parametrize("name", ["step_save", "step_add", "step_delete", "plan_undo"])
def test_a_change_to_a_draft_that_is_gone_says_so_and_what_was_typed(
    client, number, draft, editor, name
):
    sent = {**step(draft, label="Front desk"), "draft": draft.pk, "kind": "ring"}
    plans.discard_draft(draft=draft, member=editor)
    client.force_login(editor.user)
    answer = client.post(url(name, number), sent)
    assert answer.status_code == 409
    assert "no longer there: it was published or discarded" in answer.text
    assert "<q>Front desk</q>" in answer.text
    assert 'id="editor"' in answer.text, "htmx puts this in place of the editor"


def test_a_form_of_one_draft_changes_no_other(client, number, draft, editor, admin):
    sent = {**step(draft, label="Mine"), "draft": draft.pk}
    plans.discard_draft(draft=draft, member=admin)
    other = plans.open_draft(number=number, member=admin)
    PlanVersion.objects.filter(pk=other.pk).update(
        document=draft.document, revision=draft.revision
    )
    client.force_login(editor.user)
    answer = client.post(url("step_save", number), sent)
    assert answer.status_code == 409
    other.refresh_from_db()
    assert other.document["nodes"]["r1"].get("label") != "Mine"
    again = dict(answer.context["again"])
    assert client.post(answer.context["address"], again).status_code == 302
    other.refresh_from_db()
    assert other.document["nodes"]["r1"]["label"] == "Mine"


def test_my_change_to_a_step_somebody_removed_is_told(client, number, draft, editor):
    client.force_login(editor.user)
    data = {**step(draft, label="Mine"), "step": "gone"}
    answer = client.post(url("step_save", number), data, follow=True)
    assert "Somebody removed this step" in answer.text
