"""Sending the bytes of an issued document, checked against their hash."""

from django.http import HttpResponse
from django.utils.translation import gettext as _

from billing.models import StoredFile
from billing.services.files import FileDamaged, read_file


def pdf_response(file: StoredFile | None, name: str) -> HttpResponse:
    """Return the PDF as an attachment; 503 with a sentence while there is none."""
    if file is None:
        told = _("The document is being rendered. Please try again in a minute.")
        return HttpResponse(told, status=503, headers={"Retry-After": "30"})
    try:
        body = read_file(file)
    except FileDamaged:
        told = _("The stored document is damaged. Please tell the operator.")
        return HttpResponse(told, status=500)
    return HttpResponse(
        body,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}.pdf"'},
    )
