"""Announcements: what callers hear, and where it is played."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from numbers.models import GeographicNumber
from routing.forms.library import AnnouncementForm
from routing.models import Announcement, PlanVersion, SharedVersion
from routing.pages.shared_history import kept
from routing.selectors import library_uses
from routing.services import library
from routing.services.history import SharedChanged, fingerprint
from routing.views.common import customer_of
from tenants.requests.permissions import (
    member_required,
    shared_editor_required,
)
from tenants.requests.portal_request import PortalRequest, acting
from vms_portal.kernel.web.statuses import CONFLICT, UNPROCESSABLE

Json = dict[str, Any]
Kind = SharedVersion.Kind


@require_safe
@member_required
def announcement_list(request: PortalRequest) -> HttpResponse:
    """Every announcement with its languages and the numbers that play it."""
    member = acting(request)
    uses = library_uses(PlanVersion.objects.visible_to(member), "announcement")
    by_slug: dict[str, Json] = {}
    rows = Announcement.objects.visible_to(member).order_by("name", "slug", "language")
    for spoken in rows:
        row = {
            "slug": spoken.slug,
            "name": spoken.name,
            "spoken": [],
            "numbers": uses.get(spoken.slug, []),
        }
        by_slug.setdefault(spoken.slug, row)["spoken"].append(spoken)
    context = {"rows": list(by_slug.values())}
    return render(request, "routing/announcement_list.html", context)


@require_http_methods(["GET", "POST"])
@shared_editor_required
def announcement_edit(request: PortalRequest, slug: str = "") -> HttpResponse:
    """Write an announcement in its languages; without ``slug`` a new one."""
    member = acting(request)
    rows = list(Announcement.objects.visible_to(member).filter(slug=slug))
    if slug and not rows:
        get_object_or_404(Announcement.objects.none())
    texts = {row.language: row.text for row in rows}
    is_sent = request.method == "POST"
    form = AnnouncementForm(
        request.POST if is_sent else None,
        name=rows[0].name if rows else "",
        texts=texts,
    )
    if is_sent and form.is_valid():
        try:
            library.save_announcement(
                slug=slug or None,
                name=form.cleaned_data["name"],
                texts=form.texts,
                expected=request.POST.get("expected", ""),
                member=member,
                now=timezone.now(),
            )
        except library.NothingToSay:
            form.add_error(None, _("Write a text in at least one language."))
        except library.NameTaken:
            form.add_error("name", _("There is an announcement of this name already."))
        except SharedChanged:
            return _answer(request, slug, form, _changed(), CONFLICT)
        else:
            messages.success(request, _saved(len(_playing(request, slug))))
            return redirect("routing:announcement_list")
    return _answer(request, slug, form, status=UNPROCESSABLE if is_sent else 200)


@require_POST
@shared_editor_required
def announcement_delete(request: PortalRequest, slug: str) -> HttpResponse:
    """Delete an announcement nothing plays; 409 names the numbers that do."""
    member = acting(request)
    rows = list(Announcement.objects.visible_to(member).filter(slug=slug))
    if not rows:
        get_object_or_404(Announcement.objects.none())
    try:
        library.delete_announcement(slug=slug, member=member, now=timezone.now())
    except library.StillInUse:
        texts = {row.language: row.text for row in rows}
        form = AnnouncementForm(name=rows[0].name, texts=texts)
        problem = _("Plans still play this announcement. Change them first.")
        return _answer(request, slug, form, problem, CONFLICT)
    messages.success(
        request, _("Announcement %(name)s is deleted.") % {"name": rows[0].name}
    )
    return redirect("routing:announcement_list")


def _answer(
    request: PortalRequest,
    slug: str,
    form: AnnouncementForm,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    member = acting(request)
    context = {
        "slug": slug,
        "form": form,
        "expected": fingerprint(member.tenant, Kind.ANNOUNCEMENT, slug),
        "problem": problem,
        "numbers": _playing(request, slug),
        "member": member,
        "kept": kept(member, Kind.ANNOUNCEMENT, customer_of(request).names, slug)
        if slug
        else [],
    }
    return render(request, "routing/announcement_edit.html", context, status=status)


def _playing(request: PortalRequest, slug: str) -> list[GeographicNumber]:
    """Return the numbers whose plans play an announcement."""
    versions = PlanVersion.objects.visible_to(acting(request))
    return library_uses(versions, "announcement").get(slug, [])


def _changed() -> str:
    return _(
        "Somebody saved this announcement after you opened it. Save once more to "
        "replace theirs by what stands here, or open it anew to see theirs."
    )


def _saved(numbers: int) -> str:
    if not numbers:
        return _("Saved. No number uses it yet.")
    return ngettext(
        "Saved. Callers of %(n)s number hear it from now on.",
        "Saved. Callers of %(n)s numbers hear it from now on.",
        numbers,
    ) % {"n": numbers}
