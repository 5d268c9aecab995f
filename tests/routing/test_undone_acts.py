"""An act that was undone at its very end leaves nothing said or noted elsewhere."""

import pytest
from django.conf import settings
from django.db import connection

from routing.models import Override
from routing.services import plans
from tests.support.databases import _execute
from tests.support.plan_page import saved, step, url
from tests.support.session_ends import FORM

pytestmark = pytest.mark.django_db(transaction=True)
# The database goes away, and only the commit learns of it.
AWAY = """
CREATE FUNCTION away() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE SQLSTATE '57P01'; END $$;
CREATE CONSTRAINT TRIGGER away AFTER INSERT ON routing_override
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION away();
"""
BACK = "DROP TRIGGER away ON routing_override; DROP FUNCTION away();"
DONE = "now go to"


@pytest.mark.parametrize("is_away", [True, False])
def test_no_page_says_that_an_act_was_done_whose_commit_failed(
    is_away, client, editor, number
):
    client.force_login(editor.user)
    client.raise_request_exception = False
    page, name = f"/numbers/{number.pk}/", connection.settings_dict["NAME"]
    headers = {"referer": settings.PORTAL_URL + page}
    form = {**FORM, "to": "line", "other": ""}
    if is_away:
        _execute(AWAY, name=name)
    try:
        answer = client.post(f"{page}divert/", form, headers=headers)
    finally:
        if is_away:
            _execute(BACK, name=name)
    assert answer.status_code == (503 if is_away else 302)
    assert (DONE in client.get(page).text) is not is_away
    assert Override.objects.exists() is not is_away


def test_a_step_back_that_was_undone_can_be_taken_again(
    client, number, draft, editor, monkeypatch
):
    client.force_login(editor.user)
    states = []
    for label in ("One", "Two"):
        client.post(url("step_save", number), step(draft, label=label))
        states.append(saved(draft))
    real = plans.save_draft

    def while_it_ends(**more):
        done = real(**more)
        client.session.delete()
        return done

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr("routing.views.plan.plans.save_draft", while_it_ends)
        answer = client.post(url("plan_undo", number), {"revision": draft.revision})
    draft.refresh_from_db()
    assert (answer.status_code, saved(draft)) == (403, states[1])
    client.force_login(editor.user)
    client.post(url("plan_undo", number), {"revision": draft.revision})
    assert saved(draft) == states[0]
