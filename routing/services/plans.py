"""Drafts and versions of routing plans."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from numbers.models import GeographicNumber
from numbers.services.shown_numbers import still_shown
from routing import decisions
from routing.decisions import judging
from routing.decisions.facts import CustomerRouting
from routing.engine import Problem
from routing.models import PlanVersion
from routing.plan.draft import Draft
from routing.services.compiling import compile_customer
from routing.services.destinations import remember
from routing.services.shown_targets import refuse_hidden
from routing.services.turns import refuse_out_of_service, take_turn
from tenants.audit.record import record
from tenants.models import Member
from vms_portal.kernel.local_time import local_date

Json = dict[str, Any]
State = PlanVersion.State


class DraftChanged(Exception):
    """Somebody saved the draft since it was read; ``draft`` is the newer one."""

    def __init__(self, draft: PlanVersion) -> None:
        super().__init__(draft)
        self.draft = draft


class NotADraft(Exception):
    """The version was published or discarded before this request reached it."""


class StaleDraft(Exception):
    """Another version went live after this draft began; ``live`` is that one."""

    def __init__(self, live: PlanVersion) -> None:
        super().__init__(live)
        self.live = live


class PlanHasProblems(Exception):
    """The plan cannot go live; ``problems`` say what to mend."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems)
        self.problems = problems


class NothingToPublish(Exception):
    """The live version says the same already."""


def starter_document() -> Json:
    """Return the plan of a number that has none: its own line, then a farewell."""
    return {
        "schema": 1,
        "entry": "ring",
        "nodes": {
            "ring": {
                "type": "ring",
                "mode": "sequential",
                "targets": [{"destination": "line", "ring_s": 20}],
                "exits": {"failed": "end"},
            },
            "end": {"type": "hangup", "cause": "normal"},
        },
    }


@transaction.atomic
def open_draft(*, number: GeographicNumber, member: Member) -> PlanVersion:
    """Return the number's draft, begun from its live version if there is none."""
    _lock(number)
    member = still_shown(member, [number])
    draft = _versions(number).filter(state=State.DRAFT).first()
    if draft is not None:
        return draft
    live = _versions(number).filter(state=State.LIVE).first()
    document = live.document if live else starter_document()
    return _new_draft(number, document, member, live.sequence if live else None)


@transaction.atomic
def save_draft(
    *, draft: PlanVersion, document: Json, revision: int, member: Member
) -> PlanVersion:
    """Store the document of a draft last read at ``revision``.

    Any document may be stored, with problems too, but for what it sends to and the
    member is not shown: ``ForbiddenDestination``. ``DraftChanged`` when somebody
    saved meanwhile, ``NotADraft`` when it was published or discarded.
    """
    current = _lock_draft(draft)
    if current.revision != revision:
        raise DraftChanged(current)
    member = still_shown(member, [current.number])
    # What the draft names already stays, whoever put it there.
    kept = Draft.read(current.document).destinations
    refuse_hidden(
        set(Draft.read(document).destinations).difference(kept),
        member,
        day=current.number.in_service_from(local_date(timezone.now())),
    )
    current.document, current.revision = document, revision + 1
    current.changed_by = member.user
    current.save(update_fields=["document", "revision", "changed_by", "changed_at"])
    return current


@transaction.atomic
def discard_draft(*, draft: PlanVersion, member: Member) -> None:
    """Delete a draft; ``NotADraft`` when it was published or discarded before."""
    current = _lock_draft(draft)
    member = still_shown(member, [current.number])
    record(actor=member, action="plan.discarded", target=current)
    current.delete()


@transaction.atomic
def publish(
    *,
    draft: PlanVersion,
    member: Member,
    now: dt.datetime,
    comment: str = "",
    replace: bool = False,
    revision: int | None = None,
) -> PlanVersion:
    """Make a draft the live version of its number and retire the one before it.

    Publishers of one customer take turns: the second of two gets ``NotADraft``,
    or ``StaleDraft`` when another version went live since the draft began
    (``replace`` publishes all the same). ``DraftChanged`` when the draft is no
    longer the ``revision`` that was looked at. Everything is validated again under the
    lock, loops across the customer's numbers included: ``PlanHasProblems``;
    ``NotInService`` for a number that ended (one that begins later is prepared);
    ``ForbiddenDestination`` for what the member is not shown. What is live already is
    not published again: ``NothingToPublish``.
    """
    member = take_turn(member, [draft.number])
    refuse_out_of_service([_lock(draft.number)], now, ahead=True)
    current = _lock_draft(draft)
    if revision is not None and current.revision != revision:
        raise DraftChanged(current)
    live = _versions(current.number).filter(state=State.LIVE).first()
    _refuse_stale(current, live, replace=replace)
    _refuse_broken(current, now)
    _note_destinations(current, live, member, now)
    _retire(current.number, now)
    current.state, current.comment = State.LIVE, comment[:200]
    current.published_by, current.published_at = member.user, now
    current.save()
    record(
        actor=member,
        action="plan.published",
        target=current,
        at=now,
        detail={"version": current.sequence, "comment": current.comment},
    )
    compile_customer(current.tenant, now=now)
    return current


def _refuse_stale(
    draft: PlanVersion, live: PlanVersion | None, *, replace: bool
) -> None:
    """Raise ``StaleDraft`` or ``NothingToPublish`` for what is live by now."""
    if live is None:
        return
    if live.sequence != draft.based_on and not replace:
        raise StaleDraft(live)
    if live.document == draft.document:
        raise NothingToPublish(live)


def _note_destinations(
    draft: PlanVersion, live: PlanVersion | None, member: Member, now: dt.datetime
) -> None:
    """Refuse destinations the member is not shown, and note those that are new."""
    named = Draft.read(draft.document).destinations
    # What the live plan names stays, whoever put it there.
    kept = Draft.read(live.document if live else None).destinations
    first_day = draft.number.in_service_from(local_date(now))
    refuse_hidden(set(named).difference(kept), member, day=first_day)
    remember(named, member=member, now=now, first_day=first_day)


def _refuse_broken(draft: PlanVersion, now: dt.datetime) -> None:
    """Raise ``PlanHasProblems``, loops across the customer's numbers included."""
    customer = CustomerRouting(draft.tenant, now)
    problems = judging.problems(customer, draft.number, draft.document)
    written = decisions.written_by(draft.document)
    if problems := decisions.written_in(problems, *written):
        raise PlanHasProblems(problems)


@transaction.atomic
def roll_back(*, version: PlanVersion, member: Member, now: dt.datetime) -> PlanVersion:
    """Publish a copy of an earlier version; a draft in progress is kept.

    ``NothingToPublish`` when the live version says the same.
    """
    number = version.number
    member = take_turn(member, [number])
    _lock(number)
    waiting = _versions(number).filter(state=State.DRAFT).first()
    if waiting is not None:
        kept, base = waiting.document, waiting.based_on
        waiting.delete()
    live = _versions(number).filter(state=State.LIVE).first()
    base_sequence = live.sequence if live else None
    copy = _new_draft(number, version.document, member, base_sequence)
    comment = f"v{version.sequence}"
    published = publish(draft=copy, member=member, now=now, comment=comment)
    record(
        actor=member,
        action="plan.rolled_back",
        target=published,
        at=now,
        detail={"to": version.sequence},
    )
    if waiting is not None:
        _new_draft(number, kept, member, base)
    return published


def _versions(number: GeographicNumber) -> QuerySet[PlanVersion]:
    return PlanVersion.objects.filter(number=number)


def _lock(number: GeographicNumber) -> GeographicNumber:
    """Return the number as it is by now."""
    locked: GeographicNumber = GeographicNumber.objects.select_for_update().get(
        pk=number.pk
    )
    return locked


def _lock_draft(draft: PlanVersion) -> PlanVersion:
    """Return the draft as it is by now. ``NotADraft``."""
    current = PlanVersion.objects.select_for_update().filter(pk=draft.pk).first()
    if current is None or current.state != State.DRAFT:
        raise NotADraft(draft)
    return current


def _new_draft(
    number: GeographicNumber, document: Json, member: Member, based_on: int | None
) -> PlanVersion:
    last = _versions(number).aggregate(Max("sequence"))["sequence__max"] or 0
    return PlanVersion.objects.create(
        tenant=number.tenant,
        number=number,
        sequence=last + 1,
        document=document,
        based_on=based_on,
        created_by=member.user,
        changed_by=member.user,
    )


def _retire(number: GeographicNumber, now: dt.datetime) -> None:
    _versions(number).filter(state=State.LIVE).update(
        state=State.RETIRED, retired_at=now
    )
