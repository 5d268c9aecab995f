"""Where the calls of a number go right now, and why, in one sentence."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, cast

from django.utils.functional import SimpleLazyObject
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _n

from numbers.models import GeographicNumber
from routing import decisions, engine
from routing.decisions.facts import CustomerRouting
from routing.decisions.service_days import out_of_service
from routing.plan.display_names import Names
from routing.steps import page_of
from routing.words import sentences
from routing.words.destinations import words
from vms_portal.kernel.formatting import day_words, zone_if_twice
from vms_portal.kernel.local_time import local_date

# The chip of each state: how it looks and what it says.
CHIPS = {
    "normal": ("ok", _n("Normal")),
    "plan": ("ok", _n("By plan")),
    "diverted": ("attention", _n("Diverted")),
    "emergency": ("attention", _n("Continuity plan")),
    "continuity": ("info", _n("On stand-by")),
    "suspended": ("off", _n("Suspended")),
    "unserved": ("problem", _n("Without its plan")),
    "later": ("off", _n("Starts later")),
    "ended": ("off", _n("Ended")),
}

# Neither withheld, as nothing would be, nor of any rule's prefix.
ORDINARY = "+"

Json = dict[str, Any]
State = Literal[
    "normal",
    "plan",
    "diverted",
    "emergency",
    "continuity",
    "suspended",
    "unserved",
    "later",
    "ended",
]


@dataclass(frozen=True, slots=True)
class WhereNow:
    """``state`` for the chip, ``sentence`` for people, ``destination`` as written.

    ``until`` is when an override or redirection ends; None: until stopped, or
    nothing temporary is in force. ``what`` and ``because`` are the halves of a
    sentence that has a reason.
    """

    state: State
    sentence: str
    destination: str | None
    until: dt.datetime | None = None
    is_temporary: bool = False
    what: str = ""
    because: str = ""

    @property
    def is_normal(self) -> bool:
        return self.state in ("normal", "plan")

    @property
    def chip(self) -> str:
        return CHIPS[self.state][0]

    @property
    def chip_label(self) -> str:
        return _(CHIPS[self.state][1])


def where_now(number: GeographicNumber, customer: CustomerRouting) -> WhereNow:
    """Return where the calls of ``number`` go at the instant of ``customer``."""
    today = local_date(customer.now)
    if outside := out_of_service(number, today):
        state: State = "later" if number.activated_on > today else "ended"
        return WhereNow(state, outside, None)
    # Looked up where a destination is named: most numbers of a list name none.
    names = cast(Names, SimpleLazyObject(lambda: customer.names))
    return told(
        customer.rules(number), partial(customer.nearby, number), customer.now, names
    )


def where_otherwise(number: GeographicNumber, customer: CustomerRouting) -> WhereNow:
    """Return where the calls of a number in service would go if it was not diverted."""

    def world() -> Json:
        return {**customer.nearby(number), "override": None}

    rules = {**customer.rules(number), "override": None}
    names = cast(Names, SimpleLazyObject(lambda: customer.names))
    return told(rules, world, customer.now, names)


def where_now_many(
    numbers: Sequence[GeographicNumber], customer: CustomerRouting
) -> dict[int, WhereNow]:
    """Return the answer for each number by its id; no query is made here."""
    return {number.pk: where_now(number, customer) for number in numbers}


def told(
    rules: Json, world: Callable[[], Json], now: dt.datetime, names: Names
) -> WhereNow:
    """Return what ``rules`` make of calls; ``world`` is asked where steps decide."""
    match engine.in_charge(rules, now.timestamp()):
        case "suspended":
            text = _("Suspended: calls are not connected.")
            return WhereNow("suspended", text, None)
        case "emergency":
            return _emergency(rules["emergency"], world, now, names)
        case "override":
            return _diverted(rules["override"], names)
        case "cfu":
            return _diverted(rules["redirections"]["cfu"], names)
        case "continuity" if engine.standing(rules, now.timestamp()):
            text = _("Calls ring the number's own line; redirections stand by.")
            return WhereNow("continuity", text, "line")
        case "document":
            return _planned("plan", world(), now, names)
    return WhereNow("normal", _("Calls ring the number's own line."), "line")


def _emergency(
    emergency: Json, world: Callable[[], Json], now: dt.datetime, names: Names
) -> WhereNow:
    if emergency["target"] is None:
        return _planned("emergency", world(), now, names)
    destination = emergency["target"][0]
    text = _("The continuity plan is active: all calls go to %(destination)s.")
    values = {"destination": words(destination, names)}
    return WhereNow("emergency", text % values, destination)


def _diverted(switch: Json, names: Names) -> WhereNow:
    destination = switch["target"][0]
    values = {"destination": words(destination, names)}
    if switch["until"] is None:
        text = _("All calls go to %(destination)s until somebody stops it.") % values
        return WhereNow("diverted", text, destination, is_temporary=True)
    until = dt.datetime.fromtimestamp(switch["until"], dt.UTC)
    values["until"] = moment_words(until)
    text = _("All calls go to %(destination)s until %(until)s.") % values
    return WhereNow("diverted", text, destination, until, is_temporary=True)


def _planned(state: State, world: Json, now: dt.datetime, names: Names) -> WhereNow:
    """Follow the steps as an ordinary caller would: the first thing that happens."""
    call = {"caller": ORDINARY, "at": now.isoformat(), "ordinal": 0}
    # Where another number sends them on is told on its own page.
    reached = dict.fromkeys(world["numbers"], "answered")
    answer = decisions.simulate_served(world, call, reached, names)
    if answer is None and not decisions.is_compilable(world, now):
        text = _("Calls ring the number's own line: its plan cannot be used any more.")
        return WhereNow("unserved", text, "line")
    last = sentences.last_step(answer) if answer else None
    if answer is None or last is None:
        text = _("The plan decides; its first step cannot be shown.")
        return WhereNow(state, text, None)
    place = sentences.end_place(answer, names)
    text = _(page_of(last["type"]).going) % {"destination": place}
    because = [entry["because"] for entry in answer["trace"] if entry["rule"]]
    if not because:
        return WhereNow(state, text, answer["destination"])
    halves = {"what": text, "because": because[0]}
    text = _("%(what)s Why: %(because)s.") % halves
    return WhereNow(state, text, answer["destination"], **halves)


def moment_words(moment: dt.datetime) -> str:
    """Return day and time in Brussels, in the active language."""
    local = localtime(moment)
    time = f"{local:%H:%M}{zone_if_twice(local)}"
    values = {"day": day_words(local), "time": time}
    return _("%(day)s %(time)s") % values
