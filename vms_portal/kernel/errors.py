"""Error pages. The 500 page needs neither database nor request."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form was too old to trust, in the site's own look."""
    return render(request, "403.html", {"csrf": True}, status=403)
