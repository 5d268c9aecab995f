"""Announcements: what callers hear, and where it is played."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_list_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from routing.forms.library import AnnouncementForm
from routing.models import Announcement, PlanVersion, SharedVersion
from routing.pages.shared_history import kept
from routing.pages.shared_uses import following, what_waits
from routing.selectors import Uses, library_uses
from routing.services import library
from routing.services.history import SharedChanged, fingerprint
from routing.views.common import customer_of, uses_of
from routing.views.telling import tell_saved
from tenants.requests.permissions import (
    member_required,
    shared_editor_required,
)
from tenants.requests.portal_request import PortalRequest, acting
from vms_portal.kernel.local_time import local_date
from vms_portal.kernel.web.statuses import CONFLICT, UNPROCESSABLE

Json = dict[str, Any]
Kind = SharedVersion.Kind


@require_safe
@member_required
def announcement_list(request: PortalRequest) -> HttpResponse:
    """Every announcement with its languages and the numbers that play it."""
    member = acting(request)
    versions, today = PlanVersion.objects.visible_to(member), local_date(timezone.now())
    uses = library_uses(versions, "announcement", today)
    by_slug: dict[str, Json] = {}
    rows = Announcement.objects.visible_to(member).order_by("name", "slug", "language")
    for spoken in rows:
        row = {
            "slug": spoken.slug,
            "name": spoken.name,
            "spoken": [],
            "uses": uses.get(spoken.slug, Uses()),
        }
        by_slug.setdefault(spoken.slug, row)["spoken"].append(spoken)
    context = {"rows": list(by_slug.values())}
    return render(request, "routing/announcement_list.html", context)


@require_http_methods(["GET", "POST"])
@shared_editor_required
def announcement_edit(request: PortalRequest, slug: str = "") -> HttpResponse:
    """Write an announcement in its languages; without ``slug`` a new one."""
    member, is_sent = acting(request), request.method == "POST"
    rows = _spoken(request, slug) if slug else []
    form = _form(rows, request.POST if is_sent else None)
    if form.is_valid():
        try:
            slug = library.save_announcement(
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
            tell_saved(request, _("Saved."), Kind.ANNOUNCEMENT, slug)
            return redirect("routing:announcement_list")
    return _answer(request, slug, form, status=UNPROCESSABLE if is_sent else 200)


@require_POST
@shared_editor_required
def announcement_delete(request: PortalRequest, slug: str) -> HttpResponse:
    """Delete an announcement nothing plays; 409 names the numbers that do."""
    member, rows = acting(request), _spoken(request, slug)
    try:
        library.delete_announcement(slug=slug, member=member, now=timezone.now())
    except library.StillInUse as used:
        if used.uses.live:
            problem = _("Plans still play this announcement. Change them first.")
        else:
            problem = _(
                "Drafts still play this announcement. Change or discard them first."
            )
        return _answer(request, slug, _form(rows), problem, CONFLICT)
    messages.success(
        request, _("Announcement %(name)s is deleted.") % {"name": rows[0].name}
    )
    return redirect("routing:announcement_list")


def _spoken(request: PortalRequest, slug: str) -> list[Announcement]:
    """Return the languages of an announcement; 404 when there is none."""
    mine = Announcement.objects.visible_to(acting(request))
    return get_list_or_404(mine, slug=slug)


def _form(rows: list[Announcement], data: QueryDict | None = None) -> AnnouncementForm:
    name = rows[0].name if rows else ""
    texts = {row.language: row.text for row in rows}
    return AnnouncementForm(data, name=name, texts=texts)


def _answer(
    request: PortalRequest,
    slug: str,
    form: AnnouncementForm,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    member, customer = acting(request), customer_of(request)
    uses = uses_of(request, Kind.ANNOUNCEMENT, slug)
    context = {
        "slug": slug,
        "form": form,
        "expected": fingerprint(member.tenant, Kind.ANNOUNCEMENT, slug),
        "problem": problem,
        "uses": uses,
        "numbers": following(uses, customer),
        "waiting": what_waits(uses, customer),
        "member": member,
        "kept": kept(member, Kind.ANNOUNCEMENT, customer.names, slug) if slug else [],
    }
    return render(request, "routing/announcement_edit.html", context, status=status)


def _changed() -> str:
    return _(
        "Somebody saved this announcement after you opened it. Save once more to "
        "replace theirs by what stands here, or open it anew to see theirs."
    )
