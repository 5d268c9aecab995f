"""A kind of step of the tests' own, and what all kinds are tried with."""

from routing import decisions
from routing.engine.fields import whole
from routing.engine.steps.base import StepKind
from routing.engine.walk import Step
from routing.plan.display_names import Names
from routing.steps.base import StepPage
from tests.support.routing import (
    MOBILE,
    MONDAY_MORNING,
    asked,
    forward,
    full_world,
    hangup,
    world,
)

NAMES = Names(
    calendars={"office": "Brussels office"},
    announcements={"welcome": "Welcome text", "leave": "Leave a message"},
    queues={"sales": "Sales desk"},
)


class Pause(StepKind):
    """Waits a while in silence."""

    fields = ("seconds",)
    required = ("done",)
    outcomes = frozenset({"done", "abandoned"})

    def check(self, fields):
        return whole(fields, "seconds", 1, 30)

    def compile(self, step, targets):
        seconds = step.fields["seconds"]
        return {"seconds": seconds, "ways": {"done": self.leads(step, "done")}}

    def act(self, walk, name, node):
        heard = yield Step(walk.number, name, "pause", [], node)
        walk.did(name, "pause", None, heard)
        if heard == "abandoned":
            walk.end("abandoned")
            return None
        exit_, following = node["ways"]["done"]
        walk.because(name, exit_, "paused", {})
        return following


class PausePage(StepPage):
    """Its words stand in the catalogues already, for other uses."""

    name = "Music"
    icon = "hourglass-split"
    sentence = "The caller heard the announcement of step %(node)s."
    going = "Callers hear an announcement."
    exits = {"done": ("afterwards", "Afterwards")}
    fields = {"seconds": "seconds to choose"}
    reasons = {"paused": "the caller gave nothing"}
    blank = {"seconds": 5}

    def ask(self, form):
        form.add_whole("seconds", "Seconds", (1, 30))

    def endings(self, step):
        return ("done", "abandoned")


FORWARD = asked(forward(MOBILE))
STEPS = [*full_world()["document"]["nodes"].values(), FORWARD, hangup()]
EXAMPLES = {
    **{step["type"]: step for step in STEPS},
    "pause": {"type": "pause", "seconds": 5, "exits": {"done": "end"}},
}


def simulated(plan, **outcomes):
    call = {"caller": "+32475123456", "at": MONDAY_MORNING, "ordinal": 0}
    request = {**world(), "document": plan, "call": call, "outcomes": outcomes}
    return decisions.simulate_call(request, NAMES)
