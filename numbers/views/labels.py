"""The label of a number, in the list or on a page of its own."""

from collections.abc import Callable
from html import escape

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from numbers.forms import LabelForm
from numbers.models import GeographicNumber
from numbers.services.inventory import update_label
from numbers.views.common import find_number
from tenants.models import Member
from tenants.requests.permissions import editor_required
from tenants.requests.portal_request import PortalRequest, acting
from vms_portal.kernel.formatting import display
from vms_portal.kernel.templatetags.look import icon
from vms_portal.kernel.web.addresses import addresses_of
from vms_portal.kernel.web.statuses import UNPROCESSABLE

WITHOUT = '<span class="text-break" id="label-{key}">{label}</span>'
WITH_BUTTON = (
    '<span class="text-break" id="label-{key}">{label} '
    '<a class="btn btn-quiet btn-sm btn-icon" href="{url}" hx-get="{url}"'
    ' hx-target="#label-{key}" hx-swap="outerHTML" aria-label="{words}">'
    "{icon}</a></span>"
)


@require_http_methods(["GET", "POST"])
@editor_required
def number_label(request: PortalRequest, pk: int) -> HttpResponse:
    """Name a number. htmx gets the cell of the list, everybody else a page."""
    number = find_number(request, pk)
    if "cancel" in request.GET and request.htmx:
        return _label(request, number)
    form = LabelForm(request.POST or None, instance=number)
    name = "numbers/_label_form.html" if request.htmx else "numbers/label_edit.html"
    if request.method == "POST" and form.is_valid():
        label = form.cleaned_data["label"]
        number = update_label(number=number, label=label, member=acting(request))
        if request.htmx:
            return _label(request, number)
        text = _("The label of %(number)s is changed.")
        messages.success(request, text % {"number": display(number.e164)})
        return redirect("numbers:number_list")
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, name, {"number": number, "form": form}, status=status)


def label_links(member: Member) -> tuple[Callable[[int], str], str]:
    """Return what makes the address that changes a label, and its words.

    The addresses are empty for who may not.
    """
    words = _("Change the label of %(number)s")
    if not member.may_edit:
        return lambda pk: "", words
    return addresses_of("numbers:number_label"), words


def label_part(number: GeographicNumber, edit_url: str, edit_words: str) -> SafeString:
    """Return the label, with the button that changes it where it has an address.

    Not a template: a list has fifty, and each would cost it a tenth of a millisecond.
    """
    shown = (WITH_BUTTON if edit_url else WITHOUT).format(
        key=number.pk,
        label=escape(number.label or "–"),
        url=escape(edit_url),
        words=escape(edit_words),
        icon=icon("pencil"),
    )
    return mark_safe(shown)  # noqa: S308 - each is escaped


def _label(request: PortalRequest, number: GeographicNumber) -> HttpResponse:
    url, words = label_links(acting(request))
    shown = words % {"number": display(number.e164)}
    return HttpResponse(label_part(number, url(number.pk), shown))
