"""The timeline of one call: what the network noted, moment by moment.

The legs come from outside; whatever they hold, a page about them is shown.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from numbers.models import GeographicNumber
from routing.engine.causes import UNCONFIRMED
from routing.models import PlanVersion
from routing.plan.draft import Draft
from routing.steps import page_of
from routing.words.destinations import capital, recorded_words
from routing.words.sentences import because, outcome_word
from tenants.models import Member
from traffic.calls.words import OUTCOME_STATES
from traffic.models import CallRecord, Outcome
from vms_portal.kernel.local_time import local_date
from vms_portal.kernel.text import visible_text

Entry = dict[str, Any]
# A leg may end in ways that a call does not.
LEG_STATES = {**OUTCOME_STATES, UNCONFIRMED: "attention"}
MOST_LEGS = 100
FARTHEST = dt.timedelta(days=1)


def version_of(call: CallRecord, member: Member | None) -> PlanVersion | None:
    """Return the plan version that decided, if the member may still see it."""
    if call.plan_version is None:
        return None
    numbers = GeographicNumber.objects.visible_to(member).filter(pk=call.number_id)
    versions = PlanVersion.objects.visible_to(member).filter(
        number__in=numbers, sequence=call.plan_version
    )
    return versions.first()


def shown_legs(call: CallRecord, member: Member | None) -> list[Any]:
    """Return what the network noted but for steps of numbers the member is not shown.

    A call that went on to another number was led by that one's plan.
    """
    legs = (call.legs or [])[:MOST_LEGS]
    day = local_date(call.started_at)
    numbers = GeographicNumber.objects.visible_to(member).in_service_on(day)
    others = {_number(leg) for leg in legs} - {""}
    if not others:
        return legs
    shown = set(numbers.filter(e164__in=others).values_list("e164", flat=True))
    return [leg for leg in legs if _number(leg) in {"", *shown}]


def _number(leg: Any) -> str:
    """Return the number whose plan had this step; empty for the called one."""
    return _text(leg.get("number")) if isinstance(leg, dict) else ""


def timeline(
    call: CallRecord, version: PlanVersion | None, sites: Mapping[str, str]
) -> list[Entry]:
    """Return ``{at, title, text, state}`` entries in time order."""
    plan = Draft.read(version.document if version else None)
    entries = [_leg(leg, plan, sites, call.started_at) for leg in call.legs or []]
    last = call.started_at
    for entry in entries:
        # A leg without a readable moment keeps its place in the list.
        entry["at"] = last = entry["at"] or last
    before = [_entry(call.started_at, _("The call arrives"), state="info")]
    after = []
    if call.ringing_at:
        before.append(_entry(call.ringing_at, _("First ring"), state="info"))
    if call.answered_at:
        title = _("Voicemail takes the call")
        if call.outcome == Outcome.ANSWERED:
            title = _("Answered")
        after.append(_entry(call.answered_at, title, state="ok"))
    if call.ended_at:
        after.append(_entry(call.ended_at, _("The call ends")))
    # Stable: at one and the same moment a phone rings before it is answered or not.
    return sorted([*before, *entries, *after], key=lambda entry: entry["at"])


def _entry(at: Any, title: str, text: str = "", state: str = "off") -> Entry:
    return {"at": at, "title": title, "text": text, "state": state}


def _leg(leg: Any, plan: Draft, sites: Mapping[str, str], near: dt.datetime) -> Entry:
    leg = leg if isinstance(leg, dict) else {}
    place = recorded_words(_text(leg.get("destination")), sites)
    outcome = _text(leg.get("outcome"))
    said = outcome_word(outcome)
    colon = _(":")
    happened = f"{colon} ".join(part for part in (place, said) if part)
    reason = _reason(leg.get("because"))
    return _entry(
        _moment(leg.get("at"), near),
        _step_title(_text(leg.get("node")), plan),
        ". ".join(part for part in (reason, happened) if part),
        LEG_STATES.get(outcome, "info"),
    )


def _step_title(node: str, plan: Draft) -> str:
    """Return the step as the plan calls it: its label, else its kind and name."""
    step = plan.steps.get(node)
    if step is None:
        return _("Step %(step)s") % {"step": node} if node else _("The call goes on")
    if step.label:
        return _text(step.label)
    page = page_of(step.type)
    return f"{_(page.noted or page.name)} ({node})"


def _reason(reason: Any) -> str:
    """Return the sentence of a decision the network noted, if it is a known one."""
    if not isinstance(reason, dict):
        return ""
    params = reason.get("params")
    try:
        said = because({"code": _text(reason.get("code")), "params": params or {}})
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return ""
    return capital(said)


def _text(value: Any) -> str:
    return visible_text(value[:200]) if isinstance(value, str) else ""


def _moment(value: Any, near: dt.datetime) -> dt.datetime | None:
    """Return a leg's instant, if it lies within a day of the call's start."""
    try:
        moment = dt.datetime.fromisoformat(_text(value))
    except ValueError:
        return None
    if moment.tzinfo is None or abs(moment - near) > FARTHEST:
        return None
    return moment.astimezone(dt.UTC)
