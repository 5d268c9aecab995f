"""The API lists, reads and downloads invoices, for the roles that see billing."""

import pytest


def test_the_api_lists_reads_and_downloads(client, rendered, invoice, finance):
    client.force_login(finance.user)

    listed = client.get("/api/v1/invoices/").json()["results"]
    read = client.get(f"/api/v1/invoices/{invoice.reference}/").json()
    pdf = client.get(f"/api/v1/invoices/{invoice.reference}/pdf/")

    assert [row["reference"] for row in listed] == [invoice.reference]
    assert read["total_incl_vat"] == "2185.62"
    assert [line["code"] for line in read["lines"]][0] == "SUB"
    assert pdf.content.startswith(b"%PDF")


def test_the_api_refuses_roles_without_billing(
    client, rendered, invoice, viewer, stranger
):
    client.force_login(viewer.user)
    assert client.get("/api/v1/invoices/").status_code == 403
    client.force_login(stranger.user)
    path = f"/api/v1/invoices/{invoice.reference}/"
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("reference", "status"), [("2026-999999", 404), ("nonsense", 404)]
)
def test_the_api_tells_an_absent_pdf_as_data(client, finance, reference, status):
    client.force_login(finance.user)

    answer = client.get(f"/api/v1/invoices/{reference}/pdf/")

    assert answer.status_code == status
    assert answer["Content-Type"] == "application/json"
    assert answer.json()["error"] == "not_found"
