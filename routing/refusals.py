"""What the routing services refuse, said to the person who asked."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from numbers.notation.misreading import SENTENCES, explain
from routing.decisions.service_days import out_of_service
from routing.decisions.where_now import moment_words
from routing.engine import Problem
from routing.services.destinations import (
    CoolingOff,
    DailyCapReached,
    ForbiddenDestination,
    OverDailyCap,
)
from routing.services.forwarding import DivertRefused, StillOn, WrongOption
from routing.services.plans import PlanHasProblems
from routing.services.turns import NotInService
from routing.words import sentences
from vms_portal.kernel.text import visible_text

# What keeps a diversion or a redirection from being made.
REFUSED = (ForbiddenDestination, DailyCapReached, NotInService, DivertRefused)


def too_long() -> str:
    return _("Choose a moment within a year, or no end at all.")


def sentence(refused: Exception) -> str:
    """Return why a service refused, and how to mend it."""
    if isinstance(refused, CoolingOff):
        return _(
            "Your organisation used many new outside destinations just now: choose "
            "one used before, or try again after %(time)s."
        ) % {"time": moment_words(refused.until)}
    if isinstance(refused, OverDailyCap):
        return _over_daily_cap(refused)
    if isinstance(refused, DivertRefused | PlanHasProblems):
        return " ".join(
            dict.fromkeys(sentences.message(problem) for problem in refused.problems)
        )
    if isinstance(refused, NotInService):
        return out_of_service(refused.number, refused.day)
    if isinstance(refused, WrongOption):
        return _(
            "This number no longer has Voice Continuity: reload the page to see "
            "what it has now."
        )
    if isinstance(refused, StillOn):
        return _(
            "This redirection is switched on, and stays as it is. Switch it off before "
            "you prepare another, or switch on what you chose."
        )
    if isinstance(refused, ForbiddenDestination):
        return _forbidden(refused)
    raise refused


def _over_daily_cap(refused: OverDailyCap) -> str:
    """Say what is left today, or that no day allows as many as the act names."""
    cap, left, asked = refused.cap, refused.left, refused.asked
    if not cap:
        return _(
            "Your organisation may use no new outside destinations: choose one used "
            "before, or ask us to raise the limit."
        )
    if asked > cap:
        told = _(
            "This names %(asked)d new outside destinations, more than your "
            "organisation may begin to use on any day (%(cap)d): name fewer, choose "
            "ones used before, or ask us to raise the limit."
        )
    elif left:
        told = _(
            "This names %(asked)d new outside destinations, and your organisation may "
            "use %(left)d more today: name fewer, choose ones used before, or ask us "
            "to raise the limit."
        )
    else:
        told = ngettext(
            "Your organisation used the %(cap)d new outside destination of today: "
            "choose one used before, or ask us to raise the limit.",
            "Your organisation used all %(cap)d new outside destinations of today: "
            "choose one used before, or ask us to raise the limit.",
            cap,
        )
    return told % {"cap": cap, "left": left, "asked": asked}


def _forbidden(refused: ForbiddenDestination) -> str:
    if refused.kind in SENTENCES:
        return explain(refused.kind)
    written = visible_text(refused.written[:60])
    params = {"destination": written, "reason": refused.kind}
    return sentences.message(Problem("forbidden_destination", "", params=params))
