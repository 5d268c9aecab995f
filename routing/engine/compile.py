"""From a valid world to the plan the network serves: plain JSON, no look-ups left.

Fallbacks of exits are resolved, sites are inlined, calendars become tables of
UTC switches, percentages become slots.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from routing.engine.calendars import Calendar
from routing.engine.crossing import endless, number_links
from routing.engine.destination_kinds import destination_kind
from routing.engine.destinations import DestinationCheck, DestinationPolicy
from routing.engine.document import Document
from routing.engine.fields import DEFAULT_RING_SECONDS
from routing.engine.graph import reachable
from routing.engine.reading import read_world
from routing.engine.steps import KINDS, kind_of
from routing.engine.switches import Table, horizon_of, moment_table, switch_table
from routing.engine.walk import Target, prefix_table
from routing.engine.world import (
    NumberPlan,
    Redirection,
    Window,
    World,
)

FORMAT = 1
FAR = 2**53  # seconds: a plan for one moment has no horizon
CONTINUITY = "VOICE_CONTINUITY"
# What may decide for a number beside its option and document.
SWITCHES = ("suspended", "emergency", "override", "continuity")

Plan = dict[str, Any]


class NotAPlan(ValueError):
    """No called number can be read, or a step leads nowhere: validate it first."""


def compile_plan(
    raw: object, now: dt.datetime, policy: DestinationPolicy | None = None
) -> Plan:
    """Return the plan of a world, good for 400 days from ``now``.

    What ``policy`` refuses is left out, whenever it was written, and told under
    ``left_out``; without one nothing is asked. The world is valid but for such
    destinations.
    """
    horizon = int(horizon_of(now).timestamp())
    return _plan(raw, now, horizon, switch_table, policy)


def plan_at(
    raw: object, now: dt.datetime, policy: DestinationPolicy | None = None
) -> Plan:
    """Return a plan good for the instant ``now`` alone, with interpreted calendars."""
    return _plan(raw, now, FAR, moment_table, policy)


def left_out(raw: object, policy: DestinationPolicy) -> dict[str, str]:
    """Return what compiling leaves out of the called number's own plan, and why."""
    world, _ = read_world(raw)
    if world is None:
        return {}
    return _left_out(world, _reached(world), policy)[world.called.e164]


def _reached(world: World) -> set[str]:
    """Return the numbers whose plans calls can enter, the called one included."""
    return reachable(number_links(world), world.called.e164)


def _left_out(
    world: World, reached: set[str], policy: DestinationPolicy
) -> dict[str, dict[str, str]]:
    """Return by number what is left out of its plan, and why."""
    check = DestinationCheck(world, policy)
    numbers = world.numbers
    refused = {e164: check.left_out(numbers[e164]) for e164 in sorted(reached)}
    turns = endless(world, refused)
    return {e164: {**reasons, **turns[e164]} for e164, reasons in refused.items()}


def rules(raw: object, policy: DestinationPolicy) -> Plan:
    """Return what ``order.in_charge`` asks of the called number, without its steps.

    ``document`` tells whether there is one.
    """
    world, _ = read_world(raw)
    if world is None:
        raise NotAPlan
    called = world.called
    world = replace(world, refused=_left_out(world, _reached(world), policy))
    return {**_switches(world, called), "document": called.document is not None}


def plain_rules(own: Mapping[str, Any]) -> Plan | None:
    """Return the rules of a number that has nothing but a document; else None.

    ``own`` is one of the ``numbers`` of a world. Most numbers of a long list are so,
    and nothing has to be compiled to tell.
    """
    if any(own.get(part) for part in SWITCHES):
        return None
    return {
        "suspended": False,
        "emergency": None,
        "override": None,
        "continuity": own.get("option") == CONTINUITY,
        "redirections": {},
        "document": bool(own.get("document")),
    }


def _plan(
    raw: object,
    now: dt.datetime,
    horizon: int,
    table: Callable[[Calendar, dt.datetime], Table],
    policy: DestinationPolicy | None,
) -> Plan:
    world, _ = read_world(raw)
    if world is None:
        raise NotAPlan
    reached = _reached(world)
    plans = [plan for plan in world.numbers.values() if plan.e164 in reached]
    told = {}
    if policy is not None:
        refused = _left_out(world, reached, policy)
        world = replace(world, refused=refused)
        told = {"left_out": refused[world.called.e164]}
    return {
        "format": FORMAT,
        "number": world.called.e164,
        "compiled_at": now.timestamp(),
        "horizon": horizon,
        **_refusals(world),
        "safety": _target(world, world.called, world.safety),
        "calendars": {
            name: _named(name, table(world.calendars[name], now))
            for name in _calendars(world, plans)
        },
        "numbers": {plan.e164: _number(world, plan) for plan in plans},
        **told,
    }


def _refusals(world: World) -> Plan:
    """Return who is refused or let through; most numbers have nobody on lists."""
    lists = (*world.blocked, *world.allowed)
    return {
        "guarded": world.called.suspended or world.blocks_withheld or bool(lists),
        "blocked": prefix_table(dict.fromkeys(world.blocked, "")),
        "blocks_withheld": world.blocks_withheld,
        "allowed": prefix_table(dict.fromkeys(world.allowed, "")),
    }


def _calendars(world: World, plans: list[NumberPlan]) -> list[str]:
    """Return the calendars that schedules ask, dormant plans included."""
    asked = {
        name
        for plan in plans
        for document in plan.documents()
        for step in document.steps.values()
        for part, name in kind_of(step.kind).references(step.fields)
        if part == "calendar"
    }
    return [name for name in world.calendars if name in asked]


def _named(name: str, table: Table) -> Table:
    """Put the calendar's name into the parameters of every state."""
    states = [
        [exit_, code, {"calendar": name, **params}]
        for exit_, code, params in table["is"]
    ]
    return {"at": table["at"], "is": states}


def _number(world: World, plan: NumberPlan) -> Plan:
    document = _document(world, plan, plan.document)
    return {**_switches(world, plan), "document": document}


def _switches(world: World, plan: NumberPlan) -> Plan:
    redirections = {
        kind: _redirection(world, plan, redirection)
        for kind, redirection in plan.continuity.items()
    }
    return {
        "suspended": plan.suspended,
        "emergency": _emergency(world, plan),
        "override": _override(world, plan),
        "continuity": plan.option == CONTINUITY,
        "redirections": {kind: r for kind, r in redirections.items() if r["target"]},
    }


def _emergency(world: World, plan: NumberPlan) -> Plan | None:
    if plan.emergency is None or not plan.emergency.active:
        return None
    emergency = plan.emergency
    target = _target(world, plan, emergency.destination, confirm_s=emergency.confirm_s)
    document = _document(world, plan, emergency.document)
    return {"target": target, "document": document} if target or document else None


def _override(world: World, plan: NumberPlan) -> Plan | None:
    override = plan.override
    if override is None:
        return None
    target = _target(world, plan, override.destination, confirm_s=override.confirm_s)
    return {"target": target, **_window(override.window)} if target else None


def _window(window: Window) -> Plan:
    return {"from": window.start, "until": window.end}


def _redirection(world: World, plan: NumberPlan, redirection: Redirection) -> Plan:
    target, backup = (
        _target(world, plan, written, confirm_s=redirection.confirm_s)
        for written in (redirection.destination, redirection.backup)
    )
    return {
        "target": target or backup,
        "backup": backup if target else None,
        "after_s": redirection.after_s,
        **_window(redirection.window),
    }


def _target(
    world: World,
    plan: NumberPlan,
    written: str | None,
    seconds: int = DEFAULT_RING_SECONDS,
    confirm_s: int | None = None,
) -> Target | None:
    """Return what a destination rings; None when there is none, or it is refused.

    Who answers is asked to press 1 within ``confirm_s``, where the call enters no
    other plan: that plan decides.
    """
    if written is None or written in world.refused.get(plan.e164, ()):
        return None
    kind = destination_kind(world, plan, written)
    target = kind.target(world, plan, written, seconds)
    enters_plan = target[3] is not None
    return target if confirm_s is None or enters_plan else [*target, confirm_s]


def _document(world: World, plan: NumberPlan, document: Document | None) -> Plan | None:
    if document is None or document.entry is None:
        return None
    _refuse_gaps(document)
    targets = partial(_target, world, plan)
    nodes = {
        name: {"type": step.kind, **KINDS[step.kind].compile(step, targets)}
        for name, step in document.steps.items()
        if step.kind is not None
    }
    return {"entry": document.entry, "nodes": nodes}


def _refuse_gaps(document: Document) -> None:
    """Refuse a document in which a call could come to a step that is not there."""
    for step in document.steps.values():
        if step.kind is None or not document.steps.keys() >= {*step.exits.values()}:
            raise NotAPlan(step.name)
