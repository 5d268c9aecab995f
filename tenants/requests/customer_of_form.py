"""A form made for one customer is never applied to another.

A person of several customers switches in one window while another still shows the
first, or is deactivated there between a page and its form.
"""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from tenants.requests.portal_request import PortalRequest
from vms_portal.kernel.web.context import FIELD

HEADER = "HTTP_X_FOR_CUSTOMER"
SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}


def said_by(request: HttpRequest) -> set[str]:
    """Return the customers a request says it was made for: one, unless it is forged.

    A form says so in a field, a script in the header ``X-For-Customer``.
    """
    header = request.META.get(HEADER)
    is_form = not request.path_info.startswith("/api/")
    said = set(request.POST.getlist(FIELD)) if is_form else set()
    return said | ({header} if header is not None else set())


def problem(request: PortalRequest) -> str:
    """Return why a write was not made for the acting customer; empty if it was.

    What does not say for whom is taken from a person who never had but one customer.
    """
    member = request.member
    if request.method in SAFE or member is None:
        return ""
    said = said_by(request)
    if said == {str(member.tenant_id)} or (not said and len(request.known) == 1):
        return ""
    others = [m.tenant.name for m in request.known if {str(m.tenant_id)} == said]
    names = {"current": member.tenant.name, "other": "".join(others)}
    if others:
        return _("You switched to %(current)s: this form was for %(other)s.") % names
    if said:
        return _("You switched to %(current)s: this form was for another.") % names
    return _("This does not say which of your customers it is for.")


def is_part_for_another(request: PortalRequest) -> bool:
    """Is this a part that a page of another customer loads, by itself or anew?

    Its numbers and buttons would stand under the other's name.
    """
    member, said = request.member, request.META.get(HEADER)
    is_part = request.method in SAFE and request.headers.get("HX-Request")
    if not is_part or member is None or said is None:
        return False
    return said != str(member.tenant_id)
