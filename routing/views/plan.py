"""The plan editor: each change saves the draft at the revision it was read."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from numbers.models import GeographicNumber
from routing import editing, editor_page, undo
from routing.diff import changes
from routing.models import PlanVersion
from routing.services import plans
from routing.views.common import (
    CONFLICT,
    UNPROCESSABLE,
    acting,
    customer_of,
    find_number,
)
from tenants.permissions import editor_required
from tenants.requests import PortalRequest
from vms_portal.kernel.text import clean_text, whole_number

Json = dict[str, Any]
Edit = Callable[[Json], tuple[Json, str]]


@require_safe
@editor_required
def plan_edit(request: PortalRequest, pk: int) -> HttpResponse:
    """The draft of a number, or how to begin one."""
    number = find_number(request, pk)
    draft = draft_of(request, number)
    if draft is None:
        live = _versions(request, number).filter(state=PlanVersion.State.LIVE).first()
        context = {"number": number, "live": live}
        return render(request, "routing/plan_begin.html", context)
    sent = request.GET
    wanted = _wanted(sent.get("add", ""), sent)
    return editor_answer(
        request, draft, step=wanted.step, new=_new_step(request, draft, wanted)
    )


@require_POST
@editor_required
def plan_begin(request: PortalRequest, pk: int) -> HttpResponse:
    """Begin a draft from the live version; a draft that is there is taken up."""
    number = find_number(request, pk)
    plans.open_draft(number=number, member=acting(request))
    return redirect("routing:plan_edit", pk)


@require_POST
@editor_required
def step_save(request: PortalRequest, pk: int) -> HttpResponse:
    """Save the form of one step; 422 with what was entered when it is refused.

    ``then`` is the step to go on with.
    """
    draft, step = _draft(request, pk), request.POST.get("step", "")
    if _revision(request) != draft.revision:
        return saved_meanwhile(request, draft)
    if step not in draft.document.get("nodes", {}):
        return redirect(editor_url(pk))
    names = customer_of(request).names
    form = editor_page.step_form(draft, acting(request), step, names, request.POST)
    if not form.is_valid():
        return editor_answer(request, draft, step=step, form=form, status=UNPROCESSABLE)
    then = request.POST.get("then") or step
    return _change(request, draft, lambda _document: (form.apply(), then))


@require_POST
@editor_required
def step_add(request: PortalRequest, pk: int) -> HttpResponse:
    """Add a step behind an exit of another, or in front of all.

    A type that needs something to work is asked for it first.
    """
    draft, wanted = (
        _draft(request, pk),
        _wanted(request.POST.get("kind", ""), request.POST),
    )
    kind, step, place = wanted.kind, wanted.step, wanted.place
    if kind not in editing.BLANKS:
        return redirect(editor_url(pk, step))
    if _revision(request) != draft.revision:
        return saved_meanwhile(request, draft)
    if kind not in editing.ASKED:
        after = (step, place) if place else None
        return _change(request, draft, lambda d: editing.add_step(d, kind, after=after))
    if "label" not in request.POST:
        return redirect(editor_url(pk, step, add=kind, place=place))
    new = _new_step(request, draft, wanted, request.POST)
    if new is None:
        return redirect(editor_url(pk))
    if not new.form.is_valid():
        return editor_answer(request, draft, step=step, new=new, status=UNPROCESSABLE)
    then = request.POST.get("then") or new.form.name
    return _change(request, draft, lambda _document: (new.form.apply(), then))


@require_POST
@editor_required
def step_delete(request: PortalRequest, pk: int) -> HttpResponse:
    """Take a step away and join what was around it."""
    step = request.POST.get("step", "")
    draft = _draft(request, pk)
    return _change(request, draft, lambda d: (editing.remove_step(d, step), ""))


@require_POST
@editor_required
def plan_tidy(request: PortalRequest, pk: int) -> HttpResponse:
    """Take away the steps no call can reach."""
    draft = _draft(request, pk)
    return _change(request, draft, lambda d: (editing.remove_unreached(d), ""))


@require_POST
@editor_required
def plan_undo(request: PortalRequest, pk: int) -> HttpResponse:
    """Take back one's last change, unless somebody saved since."""
    draft, member = _draft(request, pk), acting(request)
    before = undo.last_of(draft, member)
    if before is None or _revision(request) != draft.revision:
        return saved_meanwhile(request, draft)
    try:
        saved = plans.save_draft(
            draft=draft, document=before, revision=draft.revision, member=member
        )
    except plans.DraftChanged as changed:
        return saved_meanwhile(request, changed.draft)
    undo.took_back(saved)
    return redirect(editor_url(pk, request.POST.get("step", "")))


def _wanted(kind: str, sent: QueryDict) -> editor_page.Wanted:
    return editor_page.Wanted(
        kind=kind, step=sent.get("step", ""), place=clean_text(sent.get("place", ""))
    )


def _new_step(
    request: PortalRequest,
    draft: PlanVersion,
    wanted: editor_page.Wanted,
    data: QueryDict | None = None,
) -> editor_page.NewStep | None:
    names = customer_of(request).names
    return editor_page.new_step(draft, acting(request), names, wanted, data)


def draft_of(request: HttpRequest, number: GeographicNumber) -> PlanVersion | None:
    drafts = _versions(request, number).filter(state=PlanVersion.State.DRAFT)
    found = drafts.first()
    if found is not None:
        found.number = number
    return found


def editor_url(pk: int, step: str = "", **more: str) -> str:
    url = reverse("routing:plan_edit", args=[pk])
    query = {**({"step": step} if step else {}), **more}
    return f"{url}?{urlencode(query)}" if query else url


def editor_answer(
    request: PortalRequest, draft: PlanVersion, *, status: int = 200, **more: Any
) -> HttpResponse:
    """Answer with the editor as the draft stands now."""
    is_publishing = {
        "problem": more.pop("problem", ""),
        "comment": more.pop("comment", ""),
    }
    context = editor_page.context(draft, acting(request), timezone.now(), **more)
    page = "routing/plan_edit.html"
    answer = render(request, page, {**context, **is_publishing}, status=status)
    # The address of a refused save is none to come back to.
    step = more.get("step", "")
    if request.method == "POST":
        answer["HX-Replace-Url"] = editor_url(draft.number_id, step)
    return answer


def saved_meanwhile(request: PortalRequest, draft: PlanVersion) -> HttpResponse:
    """Tell who saved the draft meanwhile, what they changed, and both choices.

    What was sent can be sent once more, to the draft as it is now.
    """
    seen = undo.at_revision(draft, _revision(request))
    names = customer_of(request).names
    again = [
        (key, value)
        for key, values in request.POST.lists()
        for value in values
        if key not in ("revision", "csrfmiddlewaretoken")
    ]
    context = {
        "number": draft.number,
        "draft": draft,
        "changes": changes(names.put_in(seen), names.put_in(draft.document))
        if seen is not None
        else [],
        "again": [*again, ("revision", draft.revision)],
        "address": request.path,
        "step": request.POST.get("step", ""),
    }
    return render(request, "routing/plan_changed.html", context, status=CONFLICT)


def _change(request: PortalRequest, draft: PlanVersion, edit: Edit) -> HttpResponse:
    """Apply an edit to the draft and go on at the step it names."""
    member = acting(request)
    if _revision(request) != draft.revision:
        return saved_meanwhile(request, draft)
    try:
        document, step = edit(draft.document)
    except editing.NoSuchStep:
        return redirect(editor_url(draft.number_id))
    if document != draft.document:
        try:
            saved = plans.save_draft(
                draft=draft, document=document, revision=draft.revision, member=member
            )
        except plans.DraftChanged as changed:
            return saved_meanwhile(request, changed.draft)
        except plans.NotADraft:
            return redirect(editor_url(draft.number_id))
        undo.remember(draft, saved, member)
    return redirect(editor_url(draft.number_id, step))


def _versions(request: HttpRequest, number: GeographicNumber) -> Any:
    mine = PlanVersion.objects.visible_to(acting(request)).filter(number=number)
    return mine.select_related("changed_by", "published_by")


def _draft(request: HttpRequest, pk: int) -> PlanVersion:
    number = find_number(request, pk)
    drafts = _versions(request, number).filter(state=PlanVersion.State.DRAFT)
    draft: PlanVersion = get_object_or_404(drafts)
    draft.number = number
    return draft


def _revision(request: HttpRequest) -> int:
    return whole_number(request.POST.get("revision", "")) or 0
