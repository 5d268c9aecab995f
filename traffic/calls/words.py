"""Calls in words: where they ended, why, and what happened when."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _n

from routing.words.destinations import recorded_words
from traffic.models import CallRecord, Outcome, Treatment

# The state of a chip by how the call ended; the word stands beside it.
OUTCOME_STATES: dict[str, str] = {
    Outcome.ANSWERED: "ok",
    Outcome.VOICEMAIL: "info",
    Outcome.BUSY: "attention",
    Outcome.NO_ANSWER: "attention",
    Outcome.ABANDONED: "attention",
    Outcome.UNREACHABLE: "problem",
    Outcome.CONGESTION: "problem",
    Outcome.FAILED: "problem",
    Outcome.REJECTED: "off",
}
REASONS = {
    Outcome.ANSWERED: _n("Somebody took the call at %(place)s."),
    Outcome.BUSY: _n("The last phone tried, %(place)s, was busy."),
    Outcome.NO_ANSWER: _n("The last phone tried, %(place)s, rang and nobody answered."),
    Outcome.UNREACHABLE: _n("%(place)s could not be reached."),
    Outcome.CONGESTION: _n("The network had no free channel to %(place)s."),
    Outcome.REJECTED: _n("The call was turned away at %(place)s."),
    Outcome.ABANDONED: _n("The caller hung up before anybody answered."),
    Outcome.VOICEMAIL: _n("The caller reached the %(place)s."),
    Outcome.FAILED: _n("The network could not complete the call to %(place)s."),
}
TREATMENTS = {
    Treatment.DIRECT: _n("The call rang on the number's own line."),
    Treatment.REROUTED: _n(
        "VMS sent the call somewhere else than the number's own line."
    ),
    Treatment.REFUSED: _n(
        "VMS refused the call: the caller is blocked or the number suspended."
    ),
    Treatment.TEST: _n("A test call: it is left out of the figures and the invoice."),
}
NOWHERE = _n("no destination")
ENDED_BY_PLAN = _n("The call was ended by the plan.")


def why(call: CallRecord, sites: Mapping[str, str]) -> list[str]:
    """Return in sentences what decided about the call and how it ended."""
    decided = _(TREATMENTS[Treatment(call.treatment)])
    if call.treatment == Treatment.REFUSED:
        return [decided]
    tried = call.destination or _last_tried(call.legs)
    place = recorded_words(tried, sites) or _(NOWHERE)
    ended = _(REASONS[Outcome(call.outcome)]) % {"place": place}
    if not tried and call.outcome == Outcome.REJECTED:
        ended = _(ENDED_BY_PLAN)
    # Who hung up during an announcement heard no phone ring.
    is_silent = bool(call.legs) and not tried and call.treatment == Treatment.DIRECT
    return [*([] if is_silent else [decided]), ended[:1].upper() + ended[1:]]


def _last_tried(legs: Any) -> str:
    """Return the last place the network noted; of an untaken call there is no other."""
    for leg in reversed(legs or []):
        place = leg.get("destination") if isinstance(leg, dict) else None
        if isinstance(place, str) and place:
            return place
    return ""


def seconds_to_answer(call: CallRecord) -> float | None:
    """Return seconds from first ring to answer; from the start without a ring."""
    if call.answered_at is None or call.outcome != Outcome.ANSWERED:
        return None
    return (call.answered_at - (call.ringing_at or call.started_at)).total_seconds()


def seconds_talking(call: CallRecord) -> float | None:
    if call.answered_at is None or call.ended_at is None:
        return None
    return (call.ended_at - call.answered_at).total_seconds()


def duration_words(seconds: float | None) -> str:
    """Return ``2 min 5 s``; nothing for nothing."""
    if seconds is None:
        return ""
    whole = int(dt.timedelta(seconds=seconds).total_seconds() + 0.5)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
    if minutes:
        return _("%(minutes)s min %(seconds)s s") % {
            "minutes": minutes,
            "seconds": rest,
        }
    return _("%(seconds)s s") % {"seconds": rest}
