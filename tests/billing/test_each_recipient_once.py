"""A mail to several that fails for one is sent again to who missed it, no one else."""

import pytest
from django.core import mail
from django.utils import timezone

from billing.services import summaries
from billing.tasks import render_summary
from numbers.models import DestinationPolicy, GeographicNumber
from routing import tasks
from routing.services import forwarding
from routing.services.compiling import compile_customer
from tenants.models import Notice
from tenants.services import invitations
from tests.support.mails import FORGETFUL, send_due
from tests.support.october import NOW

MOBILE, PARIS = "+32470112233", "+33123456789"


@pytest.fixture
def people(acme, admin, make_member) -> list[str]:
    """The addresses of the customer's three administrators."""
    others = [make_member(acme, "admin") for _n in range(2)]
    return sorted(member.user.email for member in (admin, *others))


def new_destination(acme, editor, **_cast):
    number = GeographicNumber.objects.filter(tenant=acme)[0]
    forwarding.divert(
        numbers=[number], destination=MOBILE, until=None, member=editor, now=NOW
    )
    return lambda: tasks.announce_destinations(acme.pk)


def left_out(acme, editor, **_cast):
    policy = DestinationPolicy.objects.create(tenant=acme, international=["+33"])
    number = GeographicNumber.objects.filter(tenant=acme)[0]
    forwarding.divert(
        numbers=[number], destination=PARIS, until=None, member=editor, now=NOW
    )
    policy.delete()
    compile_customer(acme, now=timezone.now())
    return lambda: tasks.announce_left_out(acme.pk)


def summary_sent(make_draft, staff, **_cast):
    summary = summaries.draw_up(contract=make_draft("C-N"), actor=staff, now=NOW)
    render_summary(summary.pk)
    summary.refresh_from_db()
    summaries.send(summary=summary, actor=staff, now=NOW)
    return lambda: None


def invited_by_staff(acme, staff, **_cast):
    invitations.invite(
        by=staff,
        tenant=acme,
        email="new@acme.example",
        role="viewer",
        reason="On leave",
        now=NOW,
    )
    return lambda: None


@pytest.mark.parametrize(
    "act", [new_destination, left_out, summary_sent, invited_by_staff]
)
def test_each_hears_once_when_the_mail_server_goes_after_the_first(
    act, people, acme, editor, staff, make_draft, october, files, settings
):
    announce = act(acme=acme, editor=editor, staff=staff, make_draft=make_draft)
    backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, FORGETFUL
    announce()
    with pytest.raises(ConnectionRefusedError):
        send_due()
    assert len(mail.outbox) == 1
    settings.EMAIL_BACKEND = backend
    for _turn in range(2):
        announce()
        send_due()
    assert sorted(message.to[0] for message in mail.outbox) == people


def test_the_control_repeats_what_has_one_row_for_all(people, acme, editor, october):
    new_destination(acme, editor)()
    send_due()
    Notice.objects.update(sent_at=None)
    send_due()
    assert len(mail.outbox) == 2 * len(people)
