"""Mails made with an act: sent once, tried again, and what stays unsent is seen."""

import datetime as dt
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend as Outbox
from django.utils import timezone

from numbers.services import stopping
from tenants.models import FailedWork, Member, Notice, User
from tenants.services.people import change_email
from tenants.tasks import send_notice, sweep_notices
from tests.support import refusing_mail

LANGUAGES = ("fr", "nl", "de", "en")


class Down(Outbox):
    def send_messages(self, messages):
        raise SMTPServerDisconnected("down")


@pytest.fixture
def notice(number, admin, staff) -> Notice:
    stopping.suspend_numbers(
        numbers=[number], reason="unpaid", actor=staff, now=timezone.now()
    )
    return Notice.objects.get()


def test_it_is_sent_once_however_often_it_is_asked(notice):
    for _time in range(3):
        send_notice(notice.pk)
    (message,) = mail.outbox
    assert message.to == [notice.address]
    assert "Reason: unpaid" in message.body
    notice.refresh_from_db()
    assert notice.sent_at is not None


def test_the_control_sends_again_what_is_not_marked(notice):
    send_notice(notice.pk)
    Notice.objects.update(sent_at=None)
    send_notice(notice.pk)
    assert len(mail.outbox) == 2


@pytest.mark.parametrize("lost", ["membership", "person", "role"])
def test_one_that_waited_reaches_nobody_who_lost_access(notice, admin, lost):
    if lost == "person":
        User.objects.filter(pk=admin.user_id).update(is_active=False)
    elif lost == "role":
        Member.objects.filter(pk=admin.pk).update(role="viewer")
    else:
        Member.objects.filter(pk=admin.pk).update(is_active=False)
    send_notice(notice.pk)
    send_notice(notice.pk)
    assert mail.outbox == []
    notice.refresh_from_db()
    assert notice.refused_at is not None
    assert "no access" in notice.problem
    # and nothing is tried again
    assert not Notice.objects.lost(timezone.now() + dt.timedelta(days=1))


def test_one_that_waited_goes_to_the_new_address(notice, admin, staff):
    before = admin.user.email
    change_email(user=admin.user, email="ada@new.example", before=before, by=staff)
    send_notice(notice.pk)
    assert [m.to for m in mail.outbox if "Reason: unpaid" in m.body] == [
        ["ada@new.example"]
    ]


def test_an_address_that_is_refused_is_listed_and_not_tried_again(notice, settings):
    settings.EMAIL_BACKEND = refusing_mail.BACKEND
    User.objects.filter(pk=notice.person_id).update(email=refusing_mail.GONE)
    send_notice(notice.pk)
    send_notice(notice.pk)
    notice.refresh_from_db()
    assert notice.sent_at is None
    assert "550" in notice.problem
    failed = FailedWork.objects.get()
    assert (failed.act, failed.attempts) == ("mail", 1)


def test_without_a_mail_server_it_says_why_and_is_sent_later(notice, settings):
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.Down"
    send_notice.apply((notice.pk,), retries=send_notice.max_retries)
    notice.refresh_from_db()
    assert (notice.sent_at, "down" in notice.problem) == (None, True)
    settings.EMAIL_BACKEND = backend
    send_notice(notice.pk)
    notice.refresh_from_db()
    assert (notice.sent_at is None, notice.problem) == (False, "")


def test_the_sweeper_finds_what_the_queue_lost(notice, monkeypatch):
    queued = []
    monkeypatch.setattr("tenants.tasks.queue_once", lambda _task, pk: queued.append(pk))
    sweep_notices()
    assert queued == []
    Notice.objects.update(created_at="2026-10-01T00:00Z")
    sweep_notices()
    assert queued == [notice.pk]


def test_the_sweeper_finds_a_mail_whose_next_try_the_queue_lost(
    notice, monkeypatch, settings
):
    settings.EMAIL_BACKEND = f"{__name__}.Down"
    with pytest.raises(SMTPServerDisconnected):
        send_notice.run(notice.pk)
    queued = []
    monkeypatch.setattr("tenants.tasks.queue_once", lambda _task, pk: queued.append(pk))
    Notice.objects.update(created_at="2026-10-01T00:00Z")
    sweep_notices()
    assert queued == [notice.pk]


def test_many_numbers_are_one_mail_a_person(contract, site, make_number, admin, staff):
    numbers = [make_number(contract, site, f"+32255012{n}") for n in range(10, 35)]
    now = timezone.now()
    done = stopping.suspend_numbers(
        numbers=numbers, reason="unpaid", actor=staff, now=now
    )
    assert len(done) == 25
    send_notice(Notice.objects.get().pk)
    (message,) = mail.outbox
    assert message.subject == "25 numbers of Acme SA are suspended"
    assert "- +32 2 550 12 10" in message.body
    assert "and 5 more" in message.body
    again = stopping.suspend_numbers(
        numbers=numbers, reason="unpaid", actor=staff, now=now
    )
    assert (again, Notice.objects.count()) == ([], 1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_in_the_readers_language(number, admin, staff, language):
    admin.user.language = language
    admin.user.save()
    now = timezone.now()
    stopping.suspend_numbers(numbers=[number], reason="x", actor=staff, now=now)
    stopping.resume_numbers(numbers=[number], reason="x", actor=staff, now=now)
    stopping.end_number(
        number=number, last_day=now.date(), reason="x", actor=staff, now=now
    )
    for pk in Notice.objects.order_by("pk").values_list("pk", flat=True):
        send_notice(pk)
    assert len(mail.outbox) == 3
    english = [("are suspended", "is suspended"), ("back in service",), ("ends on",)]
    for message, words in zip(mail.outbox, english, strict=True):
        is_english = any(word in message.subject for word in words)
        assert is_english is (language == "en")
