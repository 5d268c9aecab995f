"""All that the plan editor shows of a draft."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from routing import decisions, refusals, selectors
from routing.decisions import judging
from routing.decisions.facts import CustomerRouting
from routing.forms.simulate import SimulateForm
from routing.models import PlanVersion
from routing.pages import number_page, step_problems
from routing.pages.diagram import diagram
from routing.pages.diff import changes
from routing.pages.outline import outline
from routing.plan import editing
from routing.plan.draft import Draft, DraftStep
from routing.services import undo
from routing.services.destinations import ForbiddenDestination, read_destination
from routing.services.shown_targets import refuse_hidden
from routing.steps import PAGES, page_of
from routing.steps.form import Offer, StepForm
from routing.words import sentences
from routing.words.steps import title, type_word
from tenants.models import Member
from vms_portal.kernel.local_time import local_date

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
    # The draft with the step in it, blank.
    document: Json

    @property
    def title(self) -> str:
        kind = type_word(self.wanted.kind)
        return _("New step: %(type)s") % {"type": kind}


def context(
    draft: PlanVersion,
    member: Member,
    customer: CustomerRouting,
    *,
    step: str = "",
    form: StepForm | None = None,
    new: NewStep | None = None,
) -> Json:
    """Return the template's values. ``step`` is the one being edited."""
    number = draft.number
    plan = Draft.read(draft.document, customer.names)
    problems = titled_problems(customer, draft, plan)
    live = customer.live(number)
    published = Draft.read(live.document if live else None, customer.names)
    chosen = _chosen(plan, step)
    if form is None and chosen:
        form = step_form(draft, member, chosen, customer)
    return {
        "number": number,
        "member": member,
        "draft": draft,
        "live": live,
        "is_behind": live is not None and live.sequence != draft.based_on,
        "chosen": chosen,
        "lines": outline(plan, problems),
        "form": new.form if new else form,
        "new": new,
        **_step(plan.step(chosen)),
        "problems": [_problem(problem) for problem in problems],
        "has_unreached": len(plan.reached()) < len(plan.steps),
        "may_undo": undo.last_of(draft, member) is not None,
        "changes": changes(published, plan),
        "diagram": diagram(plan, [(chosen, None)]),
        "simulator": SimulateForm(
            draft=plan, places=number_page.places(number, customer)
        ),
        "is_draft": True,
        "discard_fields": [("draft", draft.pk)],
    }


def _chosen(plan: Draft, asked: str) -> str:
    """Return the step that was asked for, else the first one; "" in an empty plan."""
    turn = (asked, plan.entry, *plan.steps)
    return next((name for name in turn if name in plan.steps), "")


def _step(step: DraftStep) -> Json:
    """Return what is shown of the step being edited beside its form."""
    return {
        "is_plain": step.type not in PAGES,
        "step_title": title(step) if step.name else "",
        "step_summary": _summary(step),
        "adding": adding(step),
    }


def new_step(
    draft: PlanVersion,
    member: Member,
    customer: CustomerRouting,
    wanted: Wanted,
    data: Any = None,
) -> NewStep | None:
    """Return what a step to be added is asked; None when nothing is to be asked."""
    after = (wanted.step, wanted.place) if wanted.place else None
    if not page_of(wanted.kind).asked:
        return None
    try:
        document, name = editing.add_step(draft.document, wanted.kind, after=after)
    except editing.NoSuchStep:
        return None
    form = _form(document, name, draft, member, customer, data)
    return NewStep(form, wanted, document)


def step_form(
    draft: PlanVersion,
    member: Member,
    name: str,
    customer: CustomerRouting,
    data: Any = None,
) -> StepForm:
    """Return the form of a step of the draft, bound when ``data`` is given."""
    return _form(draft.document, name, draft, member, customer, data)


def _form(
    document: Json,
    name: str,
    draft: PlanVersion,
    member: Member,
    customer: CustomerRouting,
    data: Any,
) -> StepForm:
    plan = Draft.read(document, customer.names)
    page = page_of(plan.steps[name].type)
    offered = offer(draft, member, customer)
    return page.form(data, page=page, draft=plan, name=name, offer=offered)


def offer(draft: PlanVersion, member: Member, customer: CustomerRouting) -> Offer:
    """Return what steps may refer to: the customer's own sites and library."""
    first_day = draft.number.in_service_from(local_date(customer.now))

    def read(written: str) -> str:
        try:
            place = read_destination(written, tenant=member.tenant)
            # What the draft names already stays, whoever put it there.
            if place not in Draft.read(draft.document).destinations:
                refuse_hidden([place], member, day=first_day)
            return place
        except ForbiddenDestination as refused:
            raise ValidationError(refusals.sentence(refused)) from refused

    return Offer(
        destinations=selectors.offered_destinations(member, [draft.number], customer),
        names=customer.names,
        read=read,
        title=title,
    )


def adding(step: DraftStep) -> Json:
    """Return where a step can be added around another, and of what type."""
    page = page_of(step.type)
    exits = page.in_order(step.kind.allowed_exits(step.fields))
    places = [
        (item, _("after it: %(exit)s") % {"exit": page.exit_word(item)})
        for item in exits
    ]
    return {
        "places": [*places, ("", _("at the very start"))],
        "kinds": [(item, type_word(item)) for item in PAGES],
    }


def _summary(step: DraftStep) -> str:
    """Return the fields of a step the editor has no form for, as JSON."""
    shown = {k: v for k, v in step.fields.items() if k not in ("label", "exits")}
    return json.dumps(shown, indent=2, ensure_ascii=False)


def titled_problems(
    customer: CustomerRouting, version: PlanVersion, plan: Draft
) -> list[Json]:
    """Return what keeps a plan from being published, in a sentence for each step."""
    titled: list[Json] = []
    told: set[str] = set()
    problems = judging.problems(customer, version.number, version.document)
    written = decisions.written_by(version.document)
    for problem in decisions.written_in(problems, *written):
        read, node = sentences.problem_json(problem), problem.node
        if node is not None and node in plan.steps:
            if node in told:
                continue
            told.add(node)
            read["message"] = step_problems.sentence(problem, plan.steps[node])
        titled.append(read)
    return titled


def _problem(problem: Json) -> Json:
    node = problem.get("node")
    is_own = node and not problem.get("number")
    href = f"?{urlencode({'step': node})}#step" if is_own else ""
    return {"message": problem["message"], "href": href}
