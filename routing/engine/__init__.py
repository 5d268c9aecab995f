"""The routing engine: pure, no Django, no clock, no settings.

``parse -> validate -> compile_plan -> resolve``. A *world* is the JSON object
that says all that bears on one called number (docs/routing.md): ``number``,
``document``, ``calendars``, ``sites``, ``announcements``, ``queues``,
``emergency``, ``override``, ``continuity``, ``block``, ``allow``,
``safety_destination``, ``numbers``, ``policy``, ``ended``.

- ``parse(document) -> (Document | None, [Problem])`` looks at one document alone.
- ``validate(world, policy) -> [Problem]``; ``policy`` is the destination policy.
- ``crossing(world) -> [Problem]``: what the called number itself sends from number to
  number without end, also back to one that is the safety destination itself.
- ``compile_plan(world, now, policy) -> dict``: the JSON the network serves, 400
  days; ``plan_at`` is good for one moment; ``left_out(world, policy)`` says what is
  kept out of it.
- ``rules(world, policy)``: what ``in_charge(rules, epoch_seconds)`` asks to tell what
  decides for the called number; ``plain_rules`` where nothing has to be compiled.
- ``sent_to(plan, epoch_seconds)``: the numbers and mailboxes that calls can come to.
- ``resolve(plan, Facts(caller, ordinal), epoch_seconds) -> Walk``; then
  ``walk.step``, ``walk.next_step(outcome)``, ``walk.steps``, ``walk.trace``.
- ``phones(plan, epoch_seconds)``: all that its calls can ring by what is in charge.
- ``simulate(world, call, outcomes) -> dict`` for a valid world;
  ``call_problems`` judges the call and outcomes.

``routing.decisions`` joins it to the destination policy and to sentences; the
rest of the project imports that.
"""

from routing.engine.compile import (
    NotAPlan,
    compile_plan,
    left_out,
    plain_rules,
    plan_at,
    rules,
)
from routing.engine.crossing import CROSSING
from routing.engine.decide import resolve, resume
from routing.engine.destinations import LEFT_OUT
from routing.engine.document import Document, parse
from routing.engine.order import in_charge, standing
from routing.engine.problems import Problem
from routing.engine.reach import phones, sent_to
from routing.engine.simulation import call_problems, call_record, run, simulate
from routing.engine.validation import crossing, validate
from routing.engine.walk import Facts, Walk

__all__ = [
    "CROSSING",
    "LEFT_OUT",
    "Document",
    "Facts",
    "NotAPlan",
    "Problem",
    "Walk",
    "call_problems",
    "call_record",
    "compile_plan",
    "crossing",
    "in_charge",
    "left_out",
    "parse",
    "phones",
    "plain_rules",
    "plan_at",
    "resolve",
    "resume",
    "rules",
    "run",
    "sent_to",
    "simulate",
    "standing",
    "validate",
]
