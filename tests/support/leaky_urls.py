"""The portal with addresses that break what tenancy promises, one each."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import include, path
from django.views.decorators.http import require_POST, require_safe

from numbers.models import Site
from tenants.requests.permissions import member_required
from tenants.requests.portal_request import PortalRequest
from vms_portal.urls import portal


@require_safe
@member_required
def unfiltered(request: PortalRequest, pk: int) -> HttpResponse:
    """Forgets ``visible_to``."""
    return HttpResponse(get_object_or_404(Site.objects.all(), pk=pk).name)


@require_safe
@member_required
def told_apart(request: PortalRequest, pk: int) -> HttpResponse:
    """404 for a stranger's, and another 404 for an absent one."""
    if Site.objects.visible_to(request.member).filter(pk=pk).exists():
        return HttpResponse("yours")
    if Site.objects.filter(pk=pk).exists():
        return HttpResponse("This one is not yours.", status=404)
    raise Http404


@require_POST
@member_required
def written(request: PortalRequest, pk: int) -> HttpResponse:
    """404, after the deed."""
    Site.objects.filter(pk=pk).update(city="Taken")
    return HttpResponse(status=200 if _is_mine(request, pk) else 404)


def _is_mine(request: PortalRequest, pk: int) -> bool:
    return Site.objects.visible_to(request.member).filter(pk=pk).exists()


@require_safe
def open_to_all(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello")


@require_safe
@member_required
def no_role(request: PortalRequest) -> HttpResponse:
    """Meant for administrators."""
    return HttpResponse("hello")


@require_safe
@member_required
def listed(request: PortalRequest) -> HttpResponse:
    return HttpResponse(", ".join(site.name for site in Site.objects.all()))


@require_POST
@member_required
def planted(request: PortalRequest) -> HttpResponse:
    Site.objects.filter(pk=request.POST.get("pk") or 0).update(city="Taken")
    return HttpResponse("done")


@member_required
def broken(request: PortalRequest) -> HttpResponse:
    """Changes things by GET."""
    return HttpResponse("done")


leaky = (
    [
        path("leaky/<int:pk>/unfiltered/", unfiltered, name="unfiltered"),
        path("leaky/<int:pk>/told-apart/", told_apart, name="told_apart"),
        path("leaky/<int:pk>/written/", written, name="written"),
        path("leaky/open/", open_to_all, name="open"),
        path("leaky/no-role/", no_role, name="no_role"),
        path("leaky/listed/", listed, name="listed"),
        path("leaky/planted/", planted, name="planted"),
        path("leaky/broken/", broken, name="broken"),
        path("leaky/nameless/", open_to_all),
    ],
    "leaky",
)
urlpatterns = [path("", include(leaky)), *portal.urlpatterns]
