"""The timeline of one call: what the network noted, moment by moment.

The legs come from outside; whatever they hold, a page about them is shown.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _n

from numbers.models import GeographicNumber
from routing.messages import BECAUSE, OUTCOMES
from routing.models import PlanVersion
from routing.wording import because, outcome_word
from tenants.models import Member
from traffic.models import CallRecord, Outcome
from traffic.wording import OUTCOME_STATES, destination_words
from vms_portal.kernel.text import visible_text

Entry = dict[str, Any]
MOST_LEGS = 100
FARTHEST = dt.timedelta(days=1)
STEP_TYPES = {
    "schedule": _n("Opening hours"),
    "origin": _n("Origin of the call"),
    "distribution": _n("Distribution"),
    "menu": _n("Menu"),
    "announcement": _n("Announcement"),
    "ring": _n("Ring"),
    "queue": _n("Queue"),
    "voicemail": _n("Voicemail"),
    "forward": _n("Forward"),
    "hangup": _n("Hang up"),
}


def version_of(call: CallRecord, member: Member | None) -> PlanVersion | None:
    """Return the plan version that decided, if the member may still see it."""
    if call.plan_version is None:
        return None
    numbers = GeographicNumber.objects.visible_to(member).filter(pk=call.number_id)
    versions = PlanVersion.objects.visible_to(member).filter(
        number__in=numbers, sequence=call.plan_version
    )
    return versions.first()


def timeline(
    call: CallRecord, version: PlanVersion | None, sites: Mapping[str, str]
) -> list[Entry]:
    """Return ``{at, title, text, state}`` entries in time order."""
    steps = (version.document or {}).get("nodes", {}) if version else {}
    entries = [
        _leg(leg, steps, sites, call.started_at)
        for leg in (call.legs or [])[:MOST_LEGS]
    ]
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


def _leg(leg: Any, steps: Any, sites: Mapping[str, str], near: dt.datetime) -> Entry:
    leg = leg if isinstance(leg, dict) else {}
    place = destination_words(_text(leg.get("destination")), sites)
    outcome = _text(leg.get("outcome"))
    said = outcome_word(outcome) if outcome in OUTCOMES else outcome
    happened = f"{_(':')} ".join(part for part in (place, said) if part)
    reason = _reason(leg.get("because"))
    return _entry(
        _moment(leg.get("at"), near),
        _step_title(_text(leg.get("node")), steps),
        ". ".join(part for part in (reason, happened) if part),
        OUTCOME_STATES.get(outcome, "info"),
    )


def _step_title(node: str, steps: Any) -> str:
    """Return the step as the plan calls it: its label, else its kind and name."""
    step = steps.get(node) if isinstance(steps, dict) else None
    if not isinstance(step, dict):
        return _("Step %(step)s") % {"step": node} if node else _("The call goes on")
    if label := _text(step.get("label")):
        return label
    kind = _(STEP_TYPES.get(_text(step.get("type")), _n("Step")))
    return f"{kind} ({node})"


def _reason(reason: Any) -> str:
    """Return the sentence of a decision the network noted, if it is a known one."""
    if not isinstance(reason, dict) or _text(reason.get("code")) not in BECAUSE:
        return ""
    params = reason.get("params")
    try:
        said = because({"code": reason["code"], "params": params or {}})
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return ""
    return said[:1].upper() + said[1:]


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
