"""The plan editor: each change saves the draft at the revision it was read."""

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from routing import refusals
from routing.decisions.facts import CustomerRouting
from routing.models import PlanVersion
from routing.pages import editor_page
from routing.plan import editing
from routing.plan.draft import Draft
from routing.services import plans, undo
from routing.services.destinations import ForbiddenDestination
from routing.steps import PAGES
from routing.steps.form import StepForm
from routing.views.common import customer_of, find_number
from routing.views.meanwhile import (
    current_versions,
    of_draft,
    published_meanwhile,
    revision_of,
    saved_meanwhile,
)
from tenants.requests.permissions import editor_required
from tenants.requests.portal_request import PortalRequest, acting
from vms_portal.kernel.text import clean_text
from vms_portal.kernel.web.statuses import UNPROCESSABLE

Json = dict[str, Any]
Edit = Callable[[Json], tuple[Json, str]]
State = PlanVersion.State


@require_safe
@editor_required
def plan_edit(request: PortalRequest, pk: int) -> HttpResponse:
    """The draft of a number, or how to begin one."""
    number = find_number(request, pk)
    versions = current_versions(request, number)
    draft = versions.get(State.DRAFT)
    if draft is None:
        context = {"number": number, "live": versions.get(State.LIVE)}
        return render(request, "routing/plan_begin.html", context)
    customer = customer_of(request, number, list(versions.values()))
    sent = request.GET
    wanted = _wanted(sent.get("add", ""), sent)
    new = editor_page.new_step(draft, acting(request), customer, wanted)
    return editor_answer(request, draft, customer, step=wanted.step, new=new)


@require_POST
@editor_required
def plan_begin(request: PortalRequest, pk: int) -> HttpResponse:
    """Begin a draft from the live version; a draft that is there is taken up."""
    number = find_number(request, pk)
    plans.open_draft(number=number, member=acting(request))
    return redirect("routing:plan_edit", pk)


@require_POST
@editor_required
@of_draft
def step_save(request: PortalRequest, draft: PlanVersion) -> HttpResponse:
    """Save the form of one step; 422 with what was entered when it is refused.

    ``then`` is the step to go on with.
    """
    step = request.POST.get("step", "")
    if revision_of(request) != draft.revision:
        return saved_meanwhile(request, draft)
    if step not in Draft.read(draft.document).steps:
        return step_gone(request, draft)
    member, customer = acting(request), customer_of(request, draft.number)
    form = editor_page.step_form(draft, member, step, customer, request.POST)
    if not form.is_valid():
        return editor_answer(
            request, draft, customer, step=step, form=form, status=UNPROCESSABLE
        )
    then = request.POST.get("then") or step
    return _change(request, draft, lambda d: (_filled(d, form), then))


@require_POST
@editor_required
@of_draft
def step_add(request: PortalRequest, draft: PlanVersion) -> HttpResponse:
    """Add a step behind an exit of another, or in front of all.

    A type that needs something to work is asked for it first.
    """
    pk, wanted = draft.number_id, _wanted(request.POST.get("kind", ""), request.POST)
    kind, step, place = wanted.kind, wanted.step, wanted.place
    if kind not in PAGES:
        return redirect(editor_url(pk, step))
    if revision_of(request) != draft.revision:
        return saved_meanwhile(request, draft)
    if not PAGES[kind].asked:
        after = (step, place) if place else None
        return _change(request, draft, lambda d: editing.add_step(d, kind, after=after))
    if "label" not in request.POST:
        return redirect(editor_url(pk, step, add=kind, place=place))
    member, customer = acting(request), customer_of(request, draft.number)
    new = editor_page.new_step(draft, member, customer, wanted, request.POST)
    if new is None:
        return redirect(editor_url(pk))
    if not new.form.is_valid():
        return editor_answer(
            request, draft, customer, step=step, new=new, status=UNPROCESSABLE
        )
    then = request.POST.get("then") or new.form.name
    return _change(request, draft, lambda _d: (_filled(new.document, new.form), then))


@require_POST
@editor_required
@of_draft
def step_delete(request: PortalRequest, draft: PlanVersion) -> HttpResponse:
    """Take a step away and join what was around it."""
    step = request.POST.get("step", "")
    return _change(request, draft, lambda d: (editing.remove_step(d, step), ""))


@require_POST
@editor_required
@of_draft
def plan_tidy(request: PortalRequest, draft: PlanVersion) -> HttpResponse:
    """Take away the steps no call can reach."""
    return _change(request, draft, lambda d: (editing.remove_unreached(d), ""))


@require_POST
@editor_required
@of_draft
def plan_undo(request: PortalRequest, draft: PlanVersion) -> HttpResponse:
    """Take back one's last change, unless somebody saved since."""
    member = acting(request)
    before = undo.last_of(draft, member)
    if before is None or revision_of(request) != draft.revision:
        return saved_meanwhile(request, draft)
    try:
        saved = plans.save_draft(
            draft=draft, document=before, revision=draft.revision, member=member
        )
    except plans.DraftChanged as changed:
        return saved_meanwhile(request, changed.draft)
    except ForbiddenDestination as refused:
        return _not_shown(request, draft, refused)
    except plans.NotADraft:
        return published_meanwhile(request, draft.number, None)
    transaction.on_commit(partial(undo.took_back, saved), robust=True)
    return redirect(editor_url(draft.number_id, request.POST.get("step", "")))


def _filled(document: Json, form: StepForm) -> Json:
    return editing.fill(document, form.name, form.values(), form.leads())


def _wanted(kind: str, sent: QueryDict) -> editor_page.Wanted:
    return editor_page.Wanted(
        kind=kind, step=sent.get("step", ""), place=clean_text(sent.get("place", ""))
    )


def editor_url(pk: int, step: str = "", **more: str) -> str:
    url = reverse("routing:plan_edit", args=[pk])
    query = {**({"step": step} if step else {}), **more}
    return f"{url}?{urlencode(query)}" if query else url


def editor_answer(
    request: PortalRequest,
    draft: PlanVersion,
    customer: CustomerRouting,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """Answer with the editor as the draft stands now."""
    is_publishing = {
        "problem": more.pop("problem", ""),
        "comment": more.pop("comment", ""),
    }
    context = editor_page.context(draft, acting(request), customer, **more)
    page = "routing/plan_edit.html"
    answer = render(request, page, {**context, **is_publishing}, status=status)
    # The address of a refused save is none to come back to.
    step = more.get("step", "")
    if request.method == "POST":
        answer["HX-Replace-Url"] = editor_url(draft.number_id, step)
    return answer


def step_gone(request: PortalRequest, draft: PlanVersion) -> HttpResponse:
    """Somebody removed the step while its form was open."""
    told = _("Somebody removed this step from the plan. Your change was not made.")
    messages.warning(request, told)
    return redirect(editor_url(draft.number_id))


def _not_shown(
    request: PortalRequest, draft: PlanVersion, refused: ForbiddenDestination
) -> HttpResponse:
    """What would come in is not shown to the member (any more)."""
    messages.warning(request, refusals.sentence(refused))
    return redirect(editor_url(draft.number_id))


def _change(request: PortalRequest, draft: PlanVersion, edit: Edit) -> HttpResponse:
    """Apply an edit to the draft and go on at the step it names."""
    member = acting(request)
    if revision_of(request) != draft.revision:
        return saved_meanwhile(request, draft)
    try:
        document, step = edit(draft.document)
    except editing.NoSuchStep:
        return step_gone(request, draft)
    if document != draft.document:
        try:
            saved = plans.save_draft(
                draft=draft, document=document, revision=draft.revision, member=member
            )
        except plans.DraftChanged as changed:
            return saved_meanwhile(request, changed.draft)
        except ForbiddenDestination as refused:
            return _not_shown(request, draft, refused)
        except plans.NotADraft:
            return published_meanwhile(request, draft.number, None)
        noted = partial(undo.remember, draft, saved, member)
        transaction.on_commit(noted, robust=True)
    return redirect(editor_url(draft.number_id, step))
