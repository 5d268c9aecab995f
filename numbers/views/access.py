"""Which sites and numbers a member sees, chosen by an administrator."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from numbers.forms import AccessForm, access_initial
from numbers.services import access
from tenants.models import Member
from tenants.requests.permissions import team_required
from tenants.requests.portal_request import PortalRequest, acting
from tenants.sign_in.session_rules import confirm_person
from vms_portal.kernel.web.statuses import CONFLICT, UNPROCESSABLE


@require_http_methods(["GET", "POST"])
@team_required
def member_access(request: PortalRequest, pk: int) -> HttpResponse:
    """Show the choice, or store it. 409 when somebody else changed it meanwhile."""
    by = acting(request)
    people = Member.objects.visible_to(by).select_related("user", "tenant")
    person = get_object_or_404(people, pk=pk)
    is_sent = request.method == "POST"
    form = AccessForm(
        request.POST if is_sent else None,
        by=by,
        granted=access.access_of(person)[1],
        initial={**access_initial(person, by), "expected": access.fingerprint(person)},
    )
    problem, status = "", UNPROCESSABLE if is_sent else 200
    if is_sent and form.is_valid():
        try:
            return _store(request, form, person, by)
        except access.AccessChanged:
            problem = _("Somebody changed this meanwhile. It is now as shown here.")
            status = CONFLICT
        except access.AdministratorSeesAll:
            problem = _("Administrators see all numbers.")
        person = people.get(pk=pk)
        initial = access_initial(person, by)
        initial["expected"] = access.fingerprint(person)
        form = AccessForm(by=by, initial=initial)
    context = {"person": person, "form": form, "problem": problem}
    return render(request, "numbers/member_access.html", context, status=status)


def _store(
    request: PortalRequest, form: AccessForm, person: Member, by: Member
) -> HttpResponse:
    values = form.cleaned_data
    if access.is_wider(person, values["sees_all"], values["sites"], values["numbers"]):
        confirm_person(request)
    access.set_access(
        member=person,
        by=by,
        sees_all=values["sees_all"],
        sites=values["sites"],
        numbers=values["numbers"],
        expected=values["expected"],
        now=timezone.now(),
    )
    text = _("What %(person)s sees is changed.") % {"person": person}
    messages.success(request, text)
    return redirect("tenants:member_detail", person.pk)
