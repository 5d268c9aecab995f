"""Drafts, publishing, rolling back: one wins, the other is told."""

import threading
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from routing.models import CompiledPlan, PlanVersion
from routing.services import plans
from tenants.models import AuditEvent
from tests.routing.conftest import MOBILE, MONDAY, ring


def draft_of(number, member, document):
    draft = plans.open_draft(number=number, member=member)
    return plans.save_draft(
        draft=draft, document=document, revision=draft.revision, member=member
    )


def publish(number, member, document, **options):
    draft = draft_of(number, member, document)
    return plans.publish(draft=draft, member=member, now=MONDAY, **options)


def test_publishing_retires_the_version_before(number, editor):
    first = publish(number, editor, ring("line"), comment="Start")
    second = publish(number, editor, ring(MOBILE))

    first.refresh_from_db()
    assert (first.state, second.state) == ("retired", "live")
    assert (first.sequence, second.sequence) == (1, 2)
    assert (second.published_by, second.published_at) == (editor.user, MONDAY)
    assert AuditEvent.objects.filter(action="plan.published").count() == 2
    assert CompiledPlan.objects.get(number=number).body["number"] == number.e164


def test_a_saved_draft_does_not_overwrite_a_newer_one(number, editor, admin):
    draft = plans.open_draft(number=number, member=editor)
    plans.save_draft(
        draft=draft, document=ring("line"), revision=draft.revision, member=editor
    )
    with pytest.raises(plans.DraftChanged) as caught:
        plans.save_draft(
            draft=draft, document=ring(MOBILE), revision=draft.revision, member=admin
        )
    assert caught.value.draft.document == ring("line")


def test_a_draft_with_problems_is_kept_and_never_published(number, editor):
    draft = draft_of(number, editor, {"schema": 1, "entry": "gone", "nodes": {}})
    with pytest.raises(plans.PlanHasProblems) as caught:
        plans.publish(draft=draft, member=editor, now=MONDAY)
    assert "no_entry" in {problem.code for problem in caught.value.problems}
    assert not PlanVersion.objects.filter(state="live").exists()


def test_a_draft_that_began_before_another_went_live_is_stale(number, editor, admin):
    draft = draft_of(number, editor, ring(MOBILE))
    PlanVersion.objects.filter(pk=draft.pk).update(based_on=7)
    PlanVersion.objects.create(
        tenant=number.tenant,
        number=number,
        sequence=99,
        state="live",
        document=ring("line"),
        created_by=admin.user,
        changed_by=admin.user,
    )
    with pytest.raises(plans.StaleDraft) as caught:
        plans.publish(draft=draft, member=editor, now=MONDAY)
    assert caught.value.live.sequence == 99

    plans.publish(draft=draft, member=editor, now=MONDAY, replace=True)
    assert PlanVersion.objects.get(state="live").document == ring(MOBILE)


def test_what_is_live_already_is_not_published_again(number, editor):
    live = publish(number, editor, ring("line"))
    draft = plans.open_draft(number=number, member=editor)
    for replace in (False, True):
        with pytest.raises(plans.NothingToPublish):
            plans.publish(draft=draft, member=editor, now=MONDAY, replace=replace)
    with pytest.raises(plans.NothingToPublish):
        plans.roll_back(version=live, member=editor, now=MONDAY)
    assert PlanVersion.objects.get(state="live").pk == live.pk
    assert PlanVersion.objects.get(state="draft").pk == draft.pk


def test_rolling_back_publishes_a_copy_and_keeps_the_draft(number, editor):
    first = publish(number, editor, ring("line"))
    publish(number, editor, ring(MOBILE))
    draft_of(number, editor, ring("+32470999999"))

    back = plans.roll_back(version=first, member=editor, now=MONDAY)

    assert back.document == ring("line")
    assert back.pk != first.pk
    assert PlanVersion.objects.get(state="draft").document == ring("+32470999999")


@pytest.mark.parametrize("destination", ["+32112", "+32900123456", "+33612345678", "x"])
def test_a_forbidden_destination_is_never_published(number, editor, destination):
    draft = draft_of(number, editor, ring(destination))
    with pytest.raises(plans.PlanHasProblems) as caught:
        plans.publish(draft=draft, member=editor, now=MONDAY)
    assert {p.code for p in caught.value.problems} == {"forbidden_destination"}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE routing_planversion SET document = '{}'",
        "UPDATE routing_planversion SET comment = 'other'",
        "UPDATE routing_planversion SET state = 'draft'",
        "DELETE FROM routing_planversion",
    ],
)
def test_a_published_version_never_changes(number, editor, change):
    publish(number, editor, ring("line"))
    with (
        pytest.raises(IntegrityError, match="never changes"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)


def in_threads(*acts):
    """Run the acts at once; return what each returned or raised."""
    results: list[Any] = [None] * len(acts)
    gate = threading.Barrier(len(acts))

    def run(position, act):
        gate.wait()
        try:
            results[position] = act()
        except Exception as error:
            results[position] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


@pytest.mark.django_db(transaction=True)
def test_of_two_publishers_one_wins_and_one_is_told(number, editor, admin):
    for turn in range(5):
        draft = draft_of(number, editor, ring(MOBILE if turn % 2 else "line"))
        results = in_threads(
            lambda d=draft: plans.publish(draft=d, member=editor, now=MONDAY),
            lambda d=draft: plans.publish(draft=d, member=admin, now=MONDAY),
        )
        kinds = sorted(type(result).__name__ for result in results)
        assert kinds == ["NotADraft", "PlanVersion"]


@pytest.mark.django_db(transaction=True)
def test_two_publishers_cannot_make_a_loop_together(number, second, editor, admin):
    """Each plan alone is fine; together they would send calls round for ever."""
    one = draft_of(number, editor, ring(second.e164))
    two = draft_of(second, admin, ring(number.e164))
    results = in_threads(
        lambda: plans.publish(draft=one, member=editor, now=MONDAY),
        lambda: plans.publish(draft=two, member=admin, now=MONDAY),
    )
    kinds = sorted(type(result).__name__ for result in results)
    assert kinds == ["PlanHasProblems", "PlanVersion"]
    (refused,) = (r for r in results if isinstance(r, plans.PlanHasProblems))
    assert {p.code for p in refused.problems} == {"loop_across_numbers"}
