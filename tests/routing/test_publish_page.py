"""A draft is published by whoever looked at it, without problems, and is first."""

from django.contrib.auth.hashers import make_password

from routing.models import PlanVersion
from routing.services import plans
from tests.routing.conftest import MOBILE, make_live, ring, schedule
from tests.support.plan_page import publishing, step, url


def test_a_draft_that_changes_nothing_is_not_published(client, library, number, editor):
    make_live(number, ring(MOBILE), editor)
    draft = plans.open_draft(number=number, member=editor)
    client.force_login(editor.user)
    text = client.get(url("plan_edit", number)).content.decode()
    button = text[text.index('id="publish-now"') :]
    assert "disabled" in button[: button.index(">")]
    data = {"draft": draft.pk, "revision": draft.revision}
    answer = client.post(url("publish", number), data)
    assert answer.status_code == 422
    assert "There is nothing to publish" in answer.content.decode()
    assert PlanVersion.objects.get(state="live").sequence == 1


def test_a_draft_is_published_with_its_comment(client, number, draft, editor):
    client.force_login(editor.user)
    data = publishing(draft, comment="Summer")
    answer = client.post(url("publish", number), data, follow=True)
    draft.refresh_from_db()
    assert (draft.state, draft.comment) == ("live", "Summer")
    assert "Version 1 of +32 2 550 12 00 is live" in answer.content.decode()


def test_a_draft_with_problems_is_not_published(client, number, draft, editor):
    broken = ring("112")
    draft = plans.save_draft(draft=draft, document=broken, revision=2, member=editor)
    client.force_login(editor.user)
    answer = client.post(url("publish", number), publishing(draft, comment="Kept"))
    assert answer.status_code == 422
    assert "Kept" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_the_second_to_publish_is_told_who_was_first(
    client, number, draft, editor, admin
):
    client.force_login(admin.user)
    client.post(url("publish", number), publishing(draft))
    client.force_login(editor.user)
    answer = client.post(url("publish", number), publishing(draft))
    assert answer.status_code == 409
    assert f"{admin.user} published version 1" in answer.content.decode()
    assert "Begin a new draft" in answer.content.decode()


def test_a_draft_overtaken_by_a_roll_back_asks_which_one_to_keep(
    client, library, number, editor, admin
):
    first = make_live(number, ring(MOBILE), editor)
    make_live(number, schedule(MOBILE), editor)
    draft = plans.open_draft(number=number, member=editor)
    mine = plans.save_draft(
        draft=draft, document=ring("+32470999999"), revision=1, member=editor
    )
    first.refresh_from_db()
    plans.roll_back(version=first, member=admin, now=first.published_at)
    client.force_login(editor.user)
    kept = PlanVersion.objects.get(state="draft")
    answer = client.post(url("publish", number), publishing(kept))
    assert answer.status_code == 409
    assert f"{admin.user} published version" in answer.content.decode()
    assert answer.context["changes"]
    again = publishing(kept, replace="1")
    assert client.post(url("publish", number), again).status_code == 302
    live = PlanVersion.objects.get(state="live")
    assert live.document == mine.document


def test_publishing_what_was_not_looked_at_is_refused(
    client, number, draft, editor, admin
):
    seen = publishing(draft)
    client.force_login(admin.user)
    client.post(url("step_save", number), step(draft, label="Theirs"))
    client.force_login(editor.user)
    answer = client.post(url("publish", number), seen)
    assert answer.status_code == 409
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_a_new_outside_number_asks_to_sign_in_again_before_it_is_live(
    client, number, draft, editor
):
    editor.user.password = make_password("a-long-enough-secret")
    editor.user.save()
    client.force_login(editor.user)
    data = publishing(draft, comment="Kept")
    asked = client.post(url("publish", number), data)
    assert "reauthenticate" in asked["Location"]
    client.post(asked["Location"], {"password": "a-long-enough-secret"})
    draft.refresh_from_db()
    assert (draft.state, draft.comment) == ("live", "Kept")
