"""What the routing services refuse, said to the person who asked."""

from django.utils.translation import gettext as _

from numbers.notation.misreading import SENTENCES, explain
from routing.decisions.service_days import out_of_service
from routing.decisions.where_now import moment_words
from routing.engine import Problem
from routing.services.destinations import (
    CoolingOff,
    DailyCapReached,
    ForbiddenDestination,
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
    if isinstance(refused, DailyCapReached):
        return _(
            "Your organisation used all %(cap)s new outside destinations of today: "
            "choose one used before, or ask us to raise the limit."
        ) % {"cap": refused.args[0]}
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


def _forbidden(refused: ForbiddenDestination) -> str:
    if refused.kind in SENTENCES:
        return explain(refused.kind)
    written = visible_text(refused.written[:60])
    params = {"destination": written, "reason": refused.kind}
    return sentences.message(Problem("forbidden_destination", "", params=params))
