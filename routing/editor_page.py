"""All that the plan editor shows of a draft."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from routing import (
    decisions,
    editing,
    number_page,
    selectors,
    step_problems,
    step_words,
    undo,
    wording,
)
from routing.diagram import diagram, exits_of, steps_of
from routing.diff import changes
from routing.editing import reached_from
from routing.engine.exits import FIXED, allowed_exits
from routing.forms.simulate import SimulateForm
from routing.forms.steps import Offer, StepForm, form_class
from routing.models import PlanVersion
from routing.names import Names
from routing.outline import outline
from routing.world import CustomerWorld
from tenants.models import Member

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A step to be added behind exit ``place`` of ``step``, or in front of all."""

    kind: str
    step: str
    place: str


@dataclass(frozen=True, slots=True)
class NewStep:
    """A step that is asked for what it needs before it is added."""

    form: StepForm
    wanted: Wanted

    @property
    def title(self) -> str:
        kind = step_words.type_word(self.wanted.kind)
        return _("New step: %(type)s") % {"type": kind}


def context(
    draft: PlanVersion,
    member: Member,
    now: dt.datetime,
    *,
    step: str = "",
    form: StepForm | None = None,
    new: NewStep | None = None,
) -> Json:
    """Return the template's values. ``step`` is the one being edited."""
    number, document = draft.number, draft.document
    customer = CustomerWorld(member.tenant, now, shown_to=member)
    names = customer.names
    problems = titled_problems(customer.world(number, document), document, names)
    live = customer.live(number)
    named = names.put_in(document)
    steps = steps_of(named)
    chosen = step if step in steps else str(document.get("entry", ""))
    chosen = chosen if chosen in steps else next(iter(steps), "")
    if form is None and chosen:
        form = step_form(draft, member, chosen, names)
    reached = reached_from(document, document.get("entry"))
    return {
        "number": number,
        "member": member,
        "draft": draft,
        "live": live,
        "is_behind": live is not None and live.sequence != draft.based_on,
        "chosen": chosen,
        "lines": outline(named, problems),
        "form": new.form if new else form,
        "new": new,
        "is_plain": form is not None and type(form) is StepForm,
        "step_title": step_words.title(chosen, steps[chosen]) if chosen else "",
        "step_summary": _summary(steps.get(chosen, {})),
        "adding": adding(document, chosen),
        "problems": [_problem(found) for found in problems],
        "has_unreached": len(reached) < len(steps),
        "may_undo": undo.last_of(draft, member) is not None,
        "changes": changes(names.put_in(live.document) if live else None, named),
        "diagram": diagram(named, [(chosen, None)]),
        "simulator": SimulateForm(
            document=document,
            places=number_page.places(number, customer),
            names=names,
        ),
        "is_draft": True,
        "discard_fields": [("draft", draft.pk)],
    }


def new_step(
    draft: PlanVersion, member: Member, names: Names, wanted: Wanted, data: Any = None
) -> NewStep | None:
    """Return what a step to be added is asked; None when nothing is to be asked."""
    after = (wanted.step, wanted.place) if wanted.place else None
    if wanted.kind not in editing.ASKED:
        return None
    try:
        document, name = editing.add_step(draft.document, wanted.kind, after=after)
    except editing.NoSuchStep:
        return None
    form = form_class({"type": wanted.kind})(
        data, document=document, name=name, offer=offer(draft, member, names)
    )
    return NewStep(form, wanted)


def step_form(
    draft: PlanVersion, member: Member, name: str, names: Names, data: Any = None
) -> StepForm:
    """Return the form of a step of the draft, bound when ``data`` is given."""
    step = steps_of(draft.document)[name]
    return form_class(step)(
        data, document=draft.document, name=name, offer=offer(draft, member, names)
    )


def offer(draft: PlanVersion, member: Member, names: Names) -> Offer:
    """Return what steps may refer to: the customer's own sites and library."""
    return Offer(
        member=member,
        destinations=selectors.offered_destinations(member, [draft.number]),
        names=names,
    )


def adding(document: Json, name: str) -> Json:
    """Return where a step can be added around step ``name``, and of what type."""
    step = steps_of(document).get(name, {})
    kind = str(step.get("type"))
    exits: Sequence[str] = []
    if kind in FIXED:
        shown = set(exits_of(step)) if kind == "menu" else allowed_exits(kind, step)
        exits = sorted(shown, key=_place_of)
    places = [
        (item, _("after it: %(exit)s") % {"exit": step_words.exit_word(item)})
        for item in exits
    ]
    return {
        "places": [*places, ("", _("at the very start"))],
        "kinds": [(item, step_words.type_word(item)) for item in editing.BLANKS],
    }


def _summary(step: Json) -> str:
    """Return the fields of a step the editor has no form for, as JSON."""
    shown = {k: v for k, v in step.items() if k not in ("label", "exits")}
    return json.dumps(shown, indent=2, ensure_ascii=False)


def _place_of(exit_name: str) -> int:
    order = list(step_words.EXITS)
    return order.index(exit_name) if exit_name in order else -1


def titled_problems(world: Json, document: Json, names: Names) -> list[Json]:
    """Return the problems of a plan in sentences for people, one for each step."""
    steps = steps_of(names.put_in(document))
    found: list[Json] = []
    told: set[str] = set()
    for problem in decisions.validate(world):
        read, node = wording.problem(problem), problem.node
        if node is not None and problem.number is None and node in steps:
            if node in told:
                continue
            told.add(node)
            read["message"] = step_problems.sentence(problem, steps[node])
        found.append(read)
    return found


def _problem(found: Json) -> Json:
    node = found.get("node")
    is_own = node and not found.get("number")
    href = f"?{urlencode({'step': node})}#step" if is_own else ""
    return {"message": found["message"], "href": href}
