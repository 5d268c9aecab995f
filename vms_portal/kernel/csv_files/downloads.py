"""CSV files to take along."""

from collections.abc import Iterable

from django.http import HttpResponse

from vms_portal.kernel.csv_files.cells import csv_lines


def csv_response(
    name: str, header: Iterable[object], rows: Iterable[Iterable[object]]
) -> HttpResponse:
    """Answer with a download called ``name``, complete before it is sent.

    A lazily streamed answer would run after the request's transaction, where row
    level security shows nothing.
    """
    content = "".join(csv_lines(header, rows)).encode("utf-8")
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
