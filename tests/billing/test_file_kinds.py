"""A document is stored as a file of each kind; whoever shows the PDF shows the PDF."""

import io
import zipfile

import pytest
from django.core import mail
from django.urls import reverse

from billing.models import Invoice, StoredFile
from billing.services import files as store
from billing.tasks import render_invoice, repair_file, unrendered
from tenants.models import Notice
from tenants.tasks import send_notice
from tests.support.october import NOW, OCTOBER

XML = b"<Invoice/>"


@pytest.fixture
def both(rendered, monkeypatch) -> Invoice:
    """An invoice with a PDF, and with a file of another kind that came later."""
    invoice = rendered[0]
    monkeypatch.setitem(store.RENDERERS, "xml", lambda document: XML)
    assert store.store(invoice, "xml", XML).storage_key.endswith(".xml")
    return invoice


def address(name: str, *args) -> str:
    site = "backoffice" if name.startswith("admin:") else "portal"
    return reverse(name, args=args, urlconf=f"vms_portal.urls.{site}")


def test_the_newest_file_is_no_pdf(both):
    """The control: the first of all files would be served as one."""
    first = both.files.first()
    assert first is not None
    assert first.kind == "xml"


def test_the_portal_serves_the_pdf(both, client, finance):
    client.force_login(finance.user)
    assert client.get(address("billing:invoice_pdf", both.pk)).content[:4] == b"%PDF"
    for page in ("invoice_list", "invoice_detail"):
        args = [both.pk] if page == "invoice_detail" else []
        shown = client.get(address(f"billing:{page}", *args)).content.decode()
        assert address("billing:invoice_pdf", both.pk) in shown


def test_the_api_serves_the_pdf(both, api, finance):
    answer = api(finance).get(f"/api/v1/invoices/{both.reference}/pdf/")
    assert answer.content[:4] == b"%PDF"


def test_the_back_office_serves_the_pdf_and_archives_it(both, staff_client, staff):
    staff_client.force_login(staff)
    answer = staff_client.get(address("admin:billing_invoice_pdf", both.pk))
    assert answer.content[:4] == b"%PDF"
    month = staff_client.get(address("admin:billing_month_zip", OCTOBER))
    with zipfile.ZipFile(io.BytesIO(month.content)) as archive:
        assert archive.read(f"{both.reference}.pdf")[:4] == b"%PDF"


def test_the_mail_has_the_pdf(acme, monkeypatch, request):
    acme.billing_email = "accounts@acme.example"
    acme.save()
    invoice = request.getfixturevalue("closed")[0]
    monkeypatch.setitem(store.RENDERERS, "xml", lambda document: XML)
    render_invoice(invoice.pk)
    send_notice(Notice.objects.get(kind="invoice.issued", about=invoice.pk).pk)
    ((name, body, _kind),) = mail.outbox[-1].attachments
    assert (name, body[:4]) == (f"{invoice.reference}.pdf", b"%PDF")


def test_a_kind_that_is_missing_is_rendered_and_nothing_else(rendered, monkeypatch):
    """Documents that were issued before there was this kind get it too."""
    before = set(StoredFile.objects.values_list("pk", flat=True))
    assert not unrendered(NOW.replace(year=2030)).exists()
    monkeypatch.setitem(store.RENDERERS, "xml", lambda document: XML)
    assert set(unrendered(NOW.replace(year=2030))) == set(rendered)
    for invoice in rendered:
        render_invoice(invoice.pk)
        render_invoice(invoice.pk)
    added = StoredFile.objects.exclude(pk__in=before)
    assert sorted(added.values_list("invoice", "kind")) == sorted(
        (invoice.pk, "xml") for invoice in rendered
    )
    assert not unrendered(NOW.replace(year=2030)).exists()


def test_a_damaged_file_is_restored_as_its_kind(both, files):
    kept = both.files.get(kind="xml")
    (files / kept.storage_key).write_bytes(b"")
    repair_file(kept.pk)
    assert (files / kept.storage_key).read_bytes() == XML
