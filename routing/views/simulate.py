"""Trying a call without making one."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from numbers.models import GeographicNumber
from numbers.services import checklist
from routing.decisions.facts import CustomerRouting
from routing.decisions.simulation import simulate_number
from routing.forms.simulate import SimulateForm
from routing.models import PlanVersion
from routing.pages import number_page
from routing.pages.diagram import diagram, path_of
from routing.plan.draft import Draft
from routing.views.common import customer_of, find_number
from routing.words import sentences
from routing.words.destinations import capital
from routing.words.steps import title
from tenants.requests.permissions import member_required
from tenants.requests.portal_request import PortalRequest, acting
from vms_portal.kernel.web.statuses import UNPROCESSABLE

Json = dict[str, Any]


@require_safe
@member_required
def simulate(request: PortalRequest, pk: int) -> HttpResponse:
    """What would happen to a call: the path in sentences and in the diagram.

    ``?draft=1`` tries the number's draft. Nothing is changed, so it is a GET and
    its address can be kept.
    """
    number = find_number(request, pk)
    is_draft = request.GET.get("draft") == "1"
    document = _document(request, number, is_draft=is_draft)
    customer = customer_of(request, only=number)
    form = SimulateForm(
        request.GET if "caller" in request.GET else None,
        draft=Draft.read(document, customer.names),
        places=number_page.places(number, customer),
    )
    context: Json = {"number": number, "simulator": form, "is_draft": is_draft}
    status = 200
    if form.is_bound:
        if form.is_valid():
            checklist.tick(acting(request), "simulate")
            own = document if is_draft else None
            context |= answer_context(request, number, form, own)
        else:
            status = UNPROCESSABLE
    page = "routing/_simulation.html" if request.htmx else "routing/simulate.html"
    return render(request, page, context, status=status)


def _document(
    request: PortalRequest, number: GeographicNumber, *, is_draft: bool
) -> Json | None:
    state = PlanVersion.State.DRAFT if is_draft else PlanVersion.State.LIVE
    mine = PlanVersion.objects.visible_to(acting(request))
    version = mine.filter(number=number, state=state).first()
    return version.document if version else None


def answer_context(
    request: PortalRequest,
    number: GeographicNumber,
    form: SimulateForm,
    document: Json | None,
) -> Json:
    """Return the outcome of the call the form describes, for the template.

    ``document`` is a draft to be tried in place of the live version.
    """
    at = form.instant(timezone.now())
    member = acting(request)
    answer = simulate_number(
        number,
        CustomerRouting(member.tenant, at, only=number, shown_to=member),
        caller=form.cleaned_data["caller"],
        outcomes=form.outcomes,
        document=document,
    )
    if "problems" in answer:
        problems = [{"message": p["message"], "href": ""} for p in answer["problems"]]
        return {"problems": problems, "at": at}
    draft = form.draft
    return {
        "answer": answer,
        "at": at,
        "ending": sentences.ending(answer, draft.names),
        "steps": [_sentence(step, draft) for step in answer["steps"]],
        "decisions": [_decision(entry, draft) for entry in answer["trace"]],
        "lit": diagram(draft, path_of(answer, draft)) if draft.steps else None,
    }


def _sentence(step: Json, draft: Draft) -> str:
    """Return what a step did; it is called as people call it."""
    own = draft.steps.get(step["node"]) if "number" not in step else None
    name = title(own) if own else ""
    return sentences.step_sentence(step, draft.names, name)


def _decision(entry: Json, draft: Draft) -> Json:
    """Return one decision: what decided, and why."""
    rule = entry["rule"]
    own = draft.steps.get(rule) if "number" not in entry else None
    return {
        "rule": title(own) if own else sentences.rule_word(rule),
        "because": capital(entry["because"]),
    }
