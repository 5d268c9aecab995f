"""What was confirmed is what goes live, whoever saves meanwhile."""

import threading
import time

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.urls import reverse

from routing.models import PlanVersion
from routing.services import plans
from routing.services.destinations import lock_routing
from tests.routing.conftest import make_live, ring
from tests.support.races import somebody_waits

NEW = "+32470998877"


@pytest.fixture
def borrowed(client, library, editor):
    """An open browser of an editor who has a password and typed it a while ago."""
    editor.user.password = make_password("a-long-enough-secret")
    editor.user.save()
    client.force_login(editor.user)
    return client


@pytest.mark.django_db(transaction=True)
def test_a_borrowed_browser_publishes_no_number_that_came_after_the_question(
    borrowed, number, editor
):
    """The request names the revision to come, and is held until it is there."""
    make_live(number, ring("line"), editor)
    draft = plans.open_draft(number=number, member=editor)
    draft = plans.save_draft(
        draft=draft, document=ring("site:head-office"), revision=1, member=editor
    )
    answers = []

    def publish() -> None:
        sent = {"draft": draft.pk, "revision": draft.revision + 1}
        address = reverse("routing:publish", args=[number.pk])
        answers.append(borrowed.post(address, sent))
        connection.close()

    thread = threading.Thread(target=publish)
    with transaction.atomic():
        lock_routing(number.tenant)
        thread.start()
        for _attempt in range(300):
            if answers or somebody_waits():
                break
            time.sleep(0.01)
        plans.save_draft(
            draft=draft, document=ring(NEW), revision=draft.revision, member=editor
        )
    thread.join()
    assert answers[0].status_code == 409
    live = PlanVersion.objects.get(state="live")
    assert live.document == ring("line")


def test_a_draft_is_nothing_to_go_back_to(borrowed, number, editor):
    """It was never live: publishing asks for more."""
    live = make_live(number, ring("line"), editor)
    draft = plans.open_draft(number=number, member=editor)
    plans.save_draft(
        draft=draft, document=ring("site:head-office"), revision=1, member=editor
    )
    address = reverse("routing:version_roll_back", args=[number.pk, draft.sequence])
    answer = borrowed.post(address, {"live": live.sequence})
    assert answer.status_code == 404
    assert PlanVersion.objects.get(state="live") == live
