"""What the pages of this app share."""

from typing import cast

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from numbers.models import GeographicNumber, Site
from tenants.models import Member
from tenants.requests.portal_request import member_of


def acting(request: HttpRequest) -> Member:
    """Return the member, whom the decorators of the views require."""
    return cast(Member, member_of(request))


def find_number(request: HttpRequest, pk: int) -> GeographicNumber:
    mine = GeographicNumber.objects.visible_to(member_of(request))
    return get_object_or_404(mine.select_related("site"), pk=pk)


def find_site(request: HttpRequest, pk: int) -> Site:
    return get_object_or_404(Site.objects.visible_to(member_of(request)), pk=pk)
