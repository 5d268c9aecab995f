"""One call on its way through a plan: what it did, why, and what comes next.

Standard library only: the network runs this module under the system's Python.
"""

from collections.abc import Callable, Collection, Generator, Mapping
from typing import Any, NamedTuple

Plan = dict[str, Any]
# [as written, number to call or None for the own line, seconds, plan it enters], and
# behind it the seconds to press 1 where that is asked: other targets stay as they were.
Target = list[Any]
Outcome = str | list[str]

OWN_LINE = "line"
SIMULTANEOUS = "simultaneous"


class Facts(NamedTuple):
    """What is known of a call. ``caller`` None is a withheld number.

    ``ordinal`` counts the calls of a distribution step: a number, or an object
    by step. ``kept_out`` names steps and destinations whose outcome is given, so
    that no other number's plan is entered for them.
    """

    caller: str | None = None
    ordinal: int | Mapping[str, int] = 0
    kept_out: Collection[str] = frozenset()


class Step(NamedTuple):
    """What the network does next; ``next_step`` takes how it ended.

    ``targets`` holds [as written, number to call (None: own line), seconds,
    None] for a ring or forward; several ring at once and then ``next_step``
    takes a list. A target of five asks to press 1 within the last, in seconds: who
    answers hears the called number and the walk's ``choice``, the caller ringing, until
    then; without the key the outcome is ``unconfirmed``. ``node`` is the compiled step,
    with its announcement and so on.
    """

    number: str
    name: str
    kind: str
    targets: list[Target]
    node: Mapping[str, Any]

    @property
    def key(self) -> str:
        """The step's name across numbers, as outcomes and ordinals use it."""
        return f"{self.number}/{self.name}"


class Reason(NamedTuple):
    """One decision: ``exit`` taken by ``rule``, a step or override and such.

    ``number`` is None for the called number; ``code`` and ``params`` say why.
    """

    rule: str
    exit: str
    code: str
    params: Mapping[str, Any]
    number: str | None


Run = Generator[Step, Outcome, str | None]
Evaluate = Callable[["Walk"], Run]


class Walk:
    """A call in progress. ``step`` is what to do now; None when the call is over.

    ``result`` is answered, voicemail, forwarded, hangup, abandoned or unanswered.
    """

    # Plain attributes with class defaults: a call that ends soon sets few of them.
    depth = 0  # numbers entered after the called one
    entered = 0  # plans of other numbers so far, those come back from included
    shown: str | None = None  # the number reasons carry: none for the called one
    open_all = False  # the caller is on the allow list
    rerouted = False
    result: str | None = None
    destination: str | None = None
    recorded: str | None = None  # the destination as a call record names it
    ending: str | None = None  # why the call ended
    cause: str | None = None  # the last cause of a failed attempt
    choice: str | None = None  # the key pressed in the last menu
    alarms: tuple[str, ...] = ()
    step: Step | None = None
    run: Run | None = None

    def __init__(
        self, plan: Plan, facts: Facts, instant: float, evaluate: Evaluate
    ) -> None:
        self.plan = plan
        self.facts = facts
        self.instant = instant
        self.second = int(instant)
        self.evaluate = evaluate
        self.number: str = plan["number"]
        self.steps: list[dict[str, Any]] = []
        self.reasons: list[tuple[str, str, str, Mapping[str, Any], str | None]] = []

    @property
    def trace(self) -> list[Reason]:
        """The decisions so far, in order."""
        return [Reason(*reason) for reason in self.reasons]

    def next_step(self, outcome: Outcome) -> Step | None:
        """Tell how the current step ended; return the next one, None at the end."""
        if self.run is None or self.step is None:
            return None
        try:
            self.step = self.run.send(outcome)
        except StopIteration:
            self.step = None
        return self.step

    def did(
        self, name: str, kind: str, destination: str | None, outcome: str | None
    ) -> dict[str, Any]:
        """Record an action step. Another number's carries ``number``."""
        entry = {
            "node": name,
            "type": kind,
            "destination": destination,
            "outcome": outcome,
        }
        if self.number != self.plan["number"]:
            entry["number"] = self.number
        self.steps.append(entry)
        return entry

    def because(
        self, rule: str, exit_: str, code: str, params: Mapping[str, Any]
    ) -> None:
        self.reasons.append((rule, exit_, code, params, self.shown))

    def end(self, result: str, destination: str | None = None, place: str = "") -> None:
        """End the call; ``place`` says what a destination is that is no number."""
        self.result = result
        self.destination = destination
        self.recorded = None if destination is None else place + destination

    def key(self, name: str) -> str:
        own = self.number == self.plan["number"]
        return name if own else f"{self.number}/{name}"

    def ordinal(self, name: str) -> int:
        ordinal = self.facts.ordinal
        if isinstance(ordinal, int):
            return ordinal
        return ordinal.get(self.key(name), 0)


def prefix_table(by_prefix: dict[str, Any]) -> Plan:
    """Return the values by prefix and the lengths to try, longest first."""
    lengths = sorted({len(prefix) for prefix in by_prefix}, reverse=True)
    return {"lengths": lengths, "prefixes": by_prefix}


def longest_prefix(table: Mapping[str, Any], caller: str) -> str | None:
    """Return the longest prefix of ``caller`` in a compiled prefix table."""
    prefixes = table["prefixes"]
    for length in table["lengths"]:
        if caller[:length] in prefixes:
            return caller[:length]
    return None


def in_force(window: Mapping[str, Any] | None, instant: float) -> bool:
    """Tell whether ``from`` <= ``instant`` < ``until``; None is open on its side."""
    if window is None:
        return False
    start, end = window["from"], window["until"]
    return (start is None or start <= instant) and (end is None or instant < end)
