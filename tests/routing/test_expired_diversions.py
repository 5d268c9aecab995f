"""A diversion that ended by itself is recorded and told to its author, once."""

import datetime as dt

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from numbers.models import GeographicNumber
from routing import tasks
from routing.models import Override
from routing.services import forwarding
from tenants.models import AuditEvent, Member, User
from tests.routing.conftest import MONDAY
from tests.support.diversions import HOUR, divert
from vms_portal.kernel.local_time import local_date

OTHER = "+32470999999"


def test_an_expired_override_is_recorded_and_its_author_told_after_it(
    number, editor, at_once, django_capture_on_commit_callbacks
):
    long_ago = dt.datetime(2026, 11, 5, 9, tzinfo=dt.UTC)
    divert([number], editor, until=long_ago + HOUR, now=long_ago)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.end_expired_overrides()
        # Nobody who diverts the number anew waits for a mail server.
        assert not mail.outbox
    override = Override.objects.get()
    assert override.ended_at == override.until
    tasks.tell_expired(override.tenant_id, override.pk)
    assert mail.outbox[-1].to == [editor.user.email]


@pytest.mark.parametrize(
    "lost",
    [
        lambda who: Member.objects.filter(pk=who.pk).update(is_active=False),
        lambda who: User.objects.filter(pk=who.user_id).update(is_active=False),
        lambda who: Member.objects.filter(pk=who.pk).update(sees_all_numbers=False),
    ],
    ids=["removed", "disabled", "narrowed"],
)
def test_who_no_longer_sees_the_number_hears_nothing_of_it(
    number, editor, at_once, lost
):
    long_ago = dt.datetime(2026, 11, 5, 9, tzinfo=dt.UTC)
    divert([number], editor, until=long_ago + HOUR, now=long_ago)
    lost(editor)
    tasks.end_expired_overrides()
    override = Override.objects.get()
    tasks.tell_expired(override.tenant_id, override.pk)
    assert not [m for m in mail.outbox if m.to == [editor.user.email]]
    override.refresh_from_db()
    assert (override.ended_at, override.is_untold) == (override.until, False)


@pytest.mark.parametrize("is_replaced", [True, False])
def test_a_lost_task_still_tells_that_a_diversion_ended_and_once(
    number, editor, is_replaced, at_once
):
    """Nothing that was queued after the commit ever ran."""
    divert([number], editor, until=MONDAY + HOUR, now=MONDAY)
    if is_replaced:
        divert([number], editor, "+32470999999", until=None, now=MONDAY + 2 * HOUR)
    else:
        forwarding.end_expired(now=MONDAY + 2 * HOUR)
    mail.outbox.clear()
    for _round in range(2):
        tasks.sweep_announcements()
    told = [m for m in mail.outbox if "has ended" in m.subject]
    assert [m.to for m in told] == [[editor.user.email]]
    tasks.tell_expired(number.tenant_id, Override.objects.latest("pk").pk)
    assert [m for m in mail.outbox if "has ended" in m.subject] == told


def test_a_mail_that_fails_is_told_by_the_next_round(number, editor, at_once, settings):
    divert([number], editor, until=MONDAY + HOUR, now=MONDAY)
    forwarding.end_expired(now=MONDAY + 2 * HOUR)
    settings.EMAIL_BACKEND = "tests.routing.test_expired_diversions.NoServer"
    ended = Override.objects.get()
    with pytest.raises(OSError, match="no mail server"):
        tasks.tell_expired.run(ended.tenant_id, ended.pk)
    ended.refresh_from_db()
    assert ended.is_untold


class NoServer:
    def __init__(self, **options: object) -> None:
        pass

    def send_messages(self, messages: object) -> int:
        raise OSError("no mail server")


def test_an_ended_diversion_that_is_replaced_first_is_recorded_and_told_once(
    number, editor, admin, at_once, django_capture_on_commit_callbacks
):
    long_ago = dt.datetime(2026, 11, 5, 9, tzinfo=dt.UTC)
    divert([number], editor, until=long_ago + HOUR, now=long_ago)
    ended = Override.objects.get()
    with django_capture_on_commit_callbacks() as queued:
        divert([number], admin, now=long_ago + 2 * HOUR)
    (work,) = [act.work for act in queued if act.work[0] == tasks.tell_expired.delay]
    tasks.tell_expired(*work[1])
    ended.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        tasks.end_expired_overrides()  # of the second
    tasks.tell_expired(number.tenant_id, Override.objects.earliest("pk").pk)

    assert (ended.ended_at, ended.ended_by) == (ended.until, None)
    expired = AuditEvent.objects.filter(action="number.divert_expired")
    assert [event.actor_name for event in expired] == ["expiry", "expiry"]
    assert [message.to for message in mail.outbox] == [
        [editor.user.email],
        [admin.user.email],
    ]


def test_a_diversion_replaced_before_its_end_did_not_expire(number, editor):
    divert([number], editor)
    divert([number], editor, "+32470999999")
    assert not AuditEvent.objects.filter(action="number.divert_expired").exists()


def suspended(number, editor):
    GeographicNumber.objects.filter(pk=number.pk).update(suspended_at=MONDAY)


def ended(number, editor):
    yesterday = local_date(timezone.now()) - dt.timedelta(days=1)
    GeographicNumber.objects.filter(pk=number.pk).update(released_on=yesterday)


def redirected(number, editor):
    forwarding.set_redirection(
        number=number, kind="cfu", destination=OTHER, member=editor, now=MONDAY
    )


def replaced(number, editor):
    """As a colleague replaces it, before anybody recorded that it ended."""
    divert([number], editor, OTHER, until=None, now=MONDAY + 2 * HOUR)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (suspended, "Suspended: calls are not connected."),
        (ended, "its calls no longer come here"),
        (redirected, "All calls go to +32 470 99 99 99 until somebody stops it."),
        (replaced, "All calls go to +32 470 99 99 99 until somebody stops it."),
        (lambda *_: None, "Calls ring the number's own line."),
    ],
    ids=["suspended", "ended", "redirected", "replaced", "as before"],
)
def test_the_mail_says_where_calls_go_now(
    continuity_number, editor, at_once, change, said
):
    divert([continuity_number], editor, until=MONDAY + HOUR, now=MONDAY)
    first = Override.objects.get()
    change(continuity_number, editor)
    forwarding.end_expired(now=MONDAY + 2 * HOUR)
    mail.outbox.clear()
    tasks.tell_expired(first.tenant_id, first.pk)
    (sent,) = mail.outbox
    assert said in sent.body
    assert "own routing" not in sent.body


def test_the_mail_says_it_in_the_language_of_its_reader(number, editor, at_once):
    User.objects.filter(pk=editor.user_id).update(language="nl")
    divert([number], editor, until=MONDAY + HOUR, now=MONDAY)
    forwarding.end_expired(now=MONDAY + 2 * HOUR)
    mail.outbox.clear()
    tasks.tell_expired(number.tenant_id, Override.objects.get().pk)
    with translation.override("nl"):
        where = gettext("Calls ring the number's own line.")
    assert where in mail.outbox[0].body
    assert where != "Calls ring the number's own line."


def test_the_page_promises_no_own_line_where_a_redirection_lies_below(
    client, continuity_number, editor
):
    now = timezone.now()
    redirected(continuity_number, editor)
    divert([continuity_number], editor, until=now + HOUR, now=now)
    client.force_login(editor.user)
    url = reverse("routing:number_detail", args=[continuity_number.pk])
    page = client.get(url).content.decode()
    assert "calls then go where they would without it" in page
    assert "returns to its own routing" not in page
