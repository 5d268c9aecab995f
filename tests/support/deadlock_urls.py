"""The portal with an address that locks two people, in the order of its path."""

import threading

from django.core.mail import send_mail
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

from tenants.audit.record import record
from tenants.requests.portal_request import acting
from tenants.services import authors
from vms_portal.kernel.work.queue import after_commit
from vms_portal.urls import portal

handler404 = portal.handler404
handler500 = portal.handler500
meeting = threading.Barrier(2)
# What each time was sent with it.
sent: list[tuple[str, int]] = []


def take(request: HttpRequest, first: int, second: int) -> HttpResponse:
    """Lock both, record it and write a mail; the first time two of them meet."""
    file = request.FILES.get("file")
    sent.append((request.POST.get("word", ""), len(file.read()) if file else 0))
    authors.take_turns(first)
    if len(sent) <= meeting.parties:
        meeting.wait(10)
    authors.take_turns(second)
    member = acting(request)
    record(actor=member, action="member.deactivated", target=member)
    after_commit(_write, member.pk)
    request.session["took"] = first
    return HttpResponse(f"took {first} and {second}")


def always(request: HttpRequest) -> HttpResponse:
    """Meet another transaction that wants it the other way round, each time."""
    sent.append(("", 0))
    with connection.cursor() as cursor:
        cursor.execute("DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$")
    return HttpResponse()


def _write(member: int) -> None:
    send_mail("Taken", f"by {member}", None, ["acme@acme.example"])


urlpatterns = [
    path("take/<int:first>/<int:second>/", take),
    path("always/", always),
    *portal.urlpatterns,
]
