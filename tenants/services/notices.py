"""Mails that tell of an act, made in its transaction and sent once after it.

What each kind says is written by the app it belongs to (``writes``).
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from smtplib import SMTPRecipientsRefused
from typing import Any

from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from tenants.models import Notice, Tenant, User
from tenants.services.invitation_rights import administrators
from vms_portal.kernel.mail.delivery import framed
from vms_portal.kernel.text import one_line
from vms_portal.kernel.work import failures
from vms_portal.kernel.work.queue import enqueue_after_commit

TASK = "tenants.tasks.send_notice"


class NotYet(Exception):
    """What the mail carries is not there yet; it is tried again by the sweeper."""


@dataclass(frozen=True, slots=True)
class Letter:
    """``attachments`` are file name, bytes and media type."""

    subject: str
    text: str
    attachments: tuple[tuple[str, bytes, str], ...] = ()


Writer = Callable[[Notice], Letter]
WRITERS: dict[str, Writer] = {}


def writes(*kinds: str) -> Callable[[Writer], Writer]:
    """Register what writes the mails of ``kinds``, in the language that is active."""

    def register(writer: Writer) -> Writer:
        WRITERS.update(dict.fromkeys(kinds, writer))
        return writer

    return register


def administrators_of(tenant: Tenant) -> list[User]:
    """Return who runs the customer's team and can sign in."""
    return [member.user for member in administrators(tenant).select_related("user")]


def tell_people(
    kind: str,
    *,
    tenant: Tenant,
    about: int,
    people: Iterable[User],
    now: dt.datetime,
    detail: dict[str, Any] | None = None,
) -> None:
    """Write to administrators or staff, in their language, after the commit."""
    for person in people:
        notice = Notice.objects.create(
            kind=kind,
            tenant=tenant,
            about=about,
            person=person,
            address=person.email,
            language=person.language,
            detail=detail or {},
            created_at=now,
        )
        enqueue_after_commit(TASK, notice.pk)


def tell_administrators(
    kind: str,
    *,
    tenant: Tenant,
    about: int,
    now: dt.datetime,
    detail: dict[str, Any] | None = None,
) -> None:
    """Write to each administrator of the customer."""
    people = administrators_of(tenant)
    tell_people(kind, tenant=tenant, about=about, people=people, now=now, detail=detail)


def addressed(
    kind: str,
    *,
    tenant: Tenant,
    about: int,
    address: str,
    language: str,
    now: dt.datetime,
) -> Notice:
    """Return a notice, not stored, to an address that may be missing."""
    return Notice(
        kind=kind,
        tenant=tenant,
        about=about,
        address=address,
        language=language,
        created_at=now,
        refused_at=None if address else now,
        problem="" if address else "The customer has no e-mail address for it.",
    )


@transaction.atomic
def send(*, notice_id: int, now: dt.datetime) -> None:
    """Send a notice unless it is sent; the slower of two senders finds it done.

    One that waited, for a mail server or a document, goes to nobody who lost access,
    or whose role no longer reads it; to others at the address they have by then. Its
    row is held meanwhile: no act of a person waits for it.
    """
    notice = Notice.objects.select_for_update().get(pk=notice_id)
    if notice.sent_at is not None or notice.refused_at is not None:
        return
    if notice.person_id is not None and not _may_read(notice, notice.person_id):
        notice.refused_at = now
        notice.problem = "Whom it is for has no access any more, or another role."
        notice.save(update_fields=["refused_at", "problem"])
        return
    if notice.person is not None:
        notice.address = notice.person.email
    try:
        mail = _write(notice)
    except NotYet:
        note_problem(notice_id=notice_id, problem="")
        return
    try:
        mail.send()
    except SMTPRecipientsRefused as error:
        _refuse(notice, error, now)
    else:
        notice.sent_at, notice.problem = now, ""
    notice.save(update_fields=["address", "sent_at", "refused_at", "problem"])


def _write(notice: Notice) -> EmailMessage:
    """Return the mail in the language of its reader. ``NotYet``."""
    with translation.override(notice.language):
        letter = WRITERS[notice.kind](notice)
        text = framed(letter.text)
    mail = EmailMessage(one_line(letter.subject), text, to=[notice.address])
    for attachment in letter.attachments:
        mail.attach(*attachment)
    return mail


def _may_read(notice: Notice, person: int) -> bool:
    """Is it for staff, or for somebody who still runs the customer's team?

    No mail of these goes to other people of a customer.
    """
    if administrators(notice.tenant).filter(user=person).exists():
        return True
    able = User.objects.filter(pk=person, is_active=True)
    return able.filter(Q(is_staff=True) | Q(is_superuser=True)).exists()


def _refuse(notice: Notice, error: SMTPRecipientsRefused, now: dt.datetime) -> None:
    """Trying a refused address again would not reach it: somebody has to see to it."""
    codes = sorted({code for code, _message in error.recipients.values()})
    notice.problem = f"The mail server refuses the address: {codes}"
    notice.refused_at = now
    about = [notice.kind, notice.about, notice.address]
    failures.report("mail", about, notice.problem, repeatable=False)


def note_problem(*, notice_id: int, problem: str) -> None:
    """Keep why it is not sent yet, where people look for it."""
    unsent = Notice.objects.filter(pk=notice_id, sent_at=None)
    unsent.update(problem=problem)


def why_unsent(notice: Notice) -> str:
    """Return the problem as people read it."""
    if not notice.address:
        return _("the customer has no e-mail address for invoices")
    return notice.problem or _("it is on its way")
