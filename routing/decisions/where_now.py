"""Where the calls of a number go right now, and why, in one sentence."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _n

from numbers.models import GeographicNumber
from routing import decisions
from routing.decisions.facts import CustomerWorld
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
    "continuity": ("info", _n("On stand-by")),
    "suspended": ("off", _n("Suspended")),
    "unserved": ("problem", _n("Without its plan")),
    "later": ("off", _n("Starts later")),
    "ended": ("off", _n("Ended")),
}

# Neither withheld, as nothing would be, nor of any rule's prefix.
ORDINARY = "+"

State = Literal[
    "normal",
    "plan",
    "diverted",
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


def where_now(number: GeographicNumber, now: dt.datetime) -> WhereNow:
    return where_now_many([number], CustomerWorld(number.tenant, now))[number.pk]


def where_now_many(
    numbers: Sequence[GeographicNumber], customer: CustomerWorld
) -> dict[int, WhereNow]:
    """Return the answer for each number by its id; no query is made here."""
    return {number.pk: _where(number, customer) for number in numbers}


def _where(number: GeographicNumber, customer: CustomerWorld) -> WhereNow:
    today = local_date(customer.now)
    if outside := out_of_service(number, today):
        state: State = "later" if number.activated_on > today else "ended"
        return WhereNow(state, outside, None)
    if number.suspended_at is not None:
        return WhereNow("suspended", _("Suspended: calls are not connected."), None)
    override = customer.override(number)
    touched = customer.is_touched(number)
    refused = customer.left_out(number) if touched else {}
    if override is not None and override.destination not in refused:
        return _diverted(override.destination, override.until, customer.names)
    if customer.option(number) == "VOICE_CONTINUITY":
        return _continuity(number, customer, refused)
    if customer.live(number) is None:
        return WhereNow("normal", _("Calls ring the number's own line."), "line")
    return _planned(number, customer)


def _diverted(destination: str, until: dt.datetime | None, names: Names) -> WhereNow:
    values = {"destination": words(destination, names)}
    if until is None:
        text = _("All calls go to %(destination)s until somebody stops it.") % values
    else:
        values["until"] = moment_words(until)
        text = _("All calls go to %(destination)s until %(until)s.") % values
    return WhereNow("diverted", text, destination, until, is_temporary=True)


def _continuity(
    number: GeographicNumber, customer: CustomerWorld, refused: Collection[str]
) -> WhereNow:
    served = {
        kind: [d for d in (row.destination, row.backup) if d and d not in refused]
        for kind, row in customer.redirections(number).items()
        if row.is_in_force(customer.now)
    }
    if served.get("cfu"):
        always = customer.redirections(number)["cfu"]
        return _diverted(served["cfu"][0], always.until, customer.names)
    if any(served.values()):
        text = _("Calls ring the number's own line; redirections stand by.")
        return WhereNow("continuity", text, "line")
    return WhereNow("normal", _("Calls ring the number's own line."), "line")


def _planned(number: GeographicNumber, customer: CustomerWorld) -> WhereNow:
    """Follow the plan as an ordinary caller would: the first thing that happens."""
    world = customer.nearby(number)
    # Where another number sends them on is told on its own page.
    reached = dict.fromkeys(world["numbers"], "answered")
    answer = decisions.simulate_call(
        {
            **world,
            "call": {"caller": ORDINARY, "at": customer.now.isoformat(), "ordinal": 0},
            "outcomes": reached,
        },
        customer.names,
        judged=(),
    )
    if "problems" in answer and not decisions.is_compilable(world, customer.now):
        text = _("Calls ring the number's own line: its plan cannot be used any more.")
        return WhereNow("unserved", text, "line")
    last = None if "problems" in answer else sentences.last_step(answer)
    if last is None:
        text = _("The plan decides; its first step cannot be shown.")
        return WhereNow("plan", text, None)
    place = sentences.end_place(answer, customer.names)
    text = _(page_of(last["type"]).going) % {"destination": place}
    because = [entry["because"] for entry in answer["trace"] if entry["rule"]]
    if not because:
        return WhereNow("plan", text, answer["destination"])
    halves = {"what": text, "because": because[0]}
    text = _("%(what)s Why: %(because)s.") % halves
    return WhereNow("plan", text, answer["destination"], **halves)


def moment_words(moment: dt.datetime) -> str:
    """Return day and time in Brussels, in the active language."""
    local = localtime(moment)
    time = f"{local:%H:%M}{zone_if_twice(local)}"
    values = {"day": day_words(local), "time": time}
    return _("%(day)s %(time)s") % values
