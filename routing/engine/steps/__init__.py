"""The kinds of step a plan may have: the only list of them. Standard library only.

``routing.steps`` says how each is shown and edited.
"""

from routing.engine.steps.announcement import Announcement
from routing.engine.steps.base import StepKind
from routing.engine.steps.distribution import Distribution
from routing.engine.steps.forward import Forward
from routing.engine.steps.hangup import Hangup
from routing.engine.steps.menu import Menu
from routing.engine.steps.origin import Origin
from routing.engine.steps.queue import Queue
from routing.engine.steps.ring import Ring
from routing.engine.steps.schedule import Schedule
from routing.engine.steps.voicemail import Voicemail

KINDS: dict[str, StepKind] = {
    "schedule": Schedule(),
    "origin": Origin(),
    "distribution": Distribution(),
    "menu": Menu(),
    "announcement": Announcement(),
    "ring": Ring(),
    "queue": Queue(),
    "voicemail": Voicemail(),
    "forward": Forward(),
    "hangup": Hangup(),
}
UNKNOWN = StepKind()


def kind_of(written: object) -> StepKind:
    """Return the kind of a step's type; an unknown one has no exits and no fields."""
    return KINDS.get(written, UNKNOWN) if isinstance(written, str) else UNKNOWN
