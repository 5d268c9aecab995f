"""Sending an issued document: its bytes as stored, or a sentence why not."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from billing.models import FileKind, StoredFile
from billing.selectors.files import FileDamaged, read_file
from billing.services.files import ask_for_repair
from vms_portal.kernel.web.errors import bad_document, no_document


def file_response(
    request: HttpRequest, file: StoredFile | None, name: str
) -> HttpResponse:
    """Return the file as an attachment; 503 with a sentence while there is none.

    A damaged file is never sent: 500 with a sentence, and a worker restores it.
    """
    if file is None:
        told = _("The document is being rendered. Please try again in a minute.")
        return no_document(request, _("The document is not ready yet"), told)
    try:
        body = read_file(file)
    except FileDamaged:
        ask_for_repair([file])
        told = _(
            "The stored copy of this document is damaged, so it is not sent. It is "
            "being restored: please try again in a few minutes, and tell the operator "
            "if this page stays."
        )
        return bad_document(request, _("The document is damaged"), told)
    return HttpResponse(
        body,
        content_type=FileKind(file.kind).content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}.{file.kind}"'},
    )
