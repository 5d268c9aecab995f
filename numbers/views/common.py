"""What the pages of this app share."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from numbers.models import GeographicNumber, Site
from tenants.requests.portal_request import acting


def find_number(request: HttpRequest, pk: int) -> GeographicNumber:
    mine = GeographicNumber.objects.visible_to(acting(request))
    return get_object_or_404(mine.select_related("site"), pk=pk)


def find_site(request: HttpRequest, pk: int) -> Site:
    return get_object_or_404(Site.objects.visible_to(acting(request)), pk=pk)
