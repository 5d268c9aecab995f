"""The kinds of step as people see them, in the order they are offered to be added.

``routing.engine.steps`` says what each does with a call; a kind stands in both.
"""

from collections.abc import Iterator

from routing.steps.announcement import AnnouncementPage
from routing.steps.base import StepPage
from routing.steps.distribution import DistributionPage
from routing.steps.forward import ForwardPage
from routing.steps.hangup import HangupPage
from routing.steps.menu import MenuPage
from routing.steps.origin import OriginPage
from routing.steps.queue import QueuePage
from routing.steps.ring import RingPage
from routing.steps.schedule import SchedulePage
from routing.steps.voicemail import VoicemailPage

PAGES: dict[str, StepPage] = {
    "schedule": SchedulePage(),
    "ring": RingPage(),
    "announcement": AnnouncementPage(),
    "forward": ForwardPage(),
    "voicemail": VoicemailPage(),
    "hangup": HangupPage(),
    "menu": MenuPage(),
    "queue": QueuePage(),
    "origin": OriginPage(),
    "distribution": DistributionPage(),
}
UNKNOWN = StepPage()


def page_of(kind: object) -> StepPage:
    """Return the page of a step's type; that of an unknown one knows no fields."""
    return PAGES.get(kind, UNKNOWN) if isinstance(kind, str) else UNKNOWN


def reasons() -> Iterator[tuple[str, str]]:
    """Yield the code and the sentence of every decision a step can make."""
    for page in PAGES.values():
        yield from page.reasons.items()
