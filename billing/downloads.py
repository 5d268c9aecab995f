"""The bytes of an issued document, checked against their hash whenever read."""

import hashlib

from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from billing.models import StoredFile
from vms_portal.kernel.errors import bad_document, no_document


class FileDamaged(Exception):
    """The stored bytes are missing or are not those that were issued."""


def read_file(file: StoredFile) -> bytes:
    """Return the bytes as issued; ``FileDamaged`` when they are not."""
    try:
        with default_storage.open(file.storage_key) as stored:
            body: bytes = stored.read()
    except OSError as error:
        raise FileDamaged(file.storage_key) from error
    if hashlib.sha256(body).hexdigest() != file.sha256:
        raise FileDamaged(file.storage_key)
    return body


def pdf_response(
    request: HttpRequest, file: StoredFile | None, name: str
) -> HttpResponse:
    """Return the PDF as an attachment; 503 with a sentence while there is none."""
    if file is None:
        told = _("The document is being rendered. Please try again in a minute.")
        return no_document(request, _("The document is not ready yet"), told)
    try:
        body = read_file(file)
    except FileDamaged:
        told = _("The stored document is damaged. Please tell the operator.")
        return bad_document(request, _("The document is damaged"), told)
    return HttpResponse(
        body,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}.pdf"'},
    )
