"""The label of a number, in the list or on a page of its own."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from numbers.formatting import display
from numbers.forms import LabelForm
from numbers.services.inventory import update_label
from numbers.views.common import UNPROCESSABLE, acting, find_number
from tenants.permissions import editor_required
from tenants.requests import PortalRequest


@require_http_methods(["GET", "POST"])
@editor_required
def number_label(request: PortalRequest, pk: int) -> HttpResponse:
    """Name a number. htmx gets the cell of the list, everybody else a page."""
    number = find_number(request, pk)
    if "cancel" in request.GET and request.htmx:
        return render(request, "numbers/_label.html", {"number": number})
    form = LabelForm(request.POST or None, instance=number)
    name = "numbers/_label_form.html" if request.htmx else "numbers/label_edit.html"
    if request.method == "POST" and form.is_valid():
        label = form.cleaned_data["label"]
        number = update_label(number=number, label=label, member=acting(request))
        if request.htmx:
            return render(request, "numbers/_label.html", {"number": number})
        text = _("The label of %(number)s is changed.")
        messages.success(request, text % {"number": display(number.e164)})
        return redirect("numbers:number_list")
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, name, {"number": number, "form": form}, status=status)
