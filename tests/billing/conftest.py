import pytest
from django.core.management import call_command

from billing.models import Invoice
from billing.tasks import render_invoice
from numbers.models import GeographicNumber, Site
from tests.billing import closed_months
from tests.support.october import NOW


@pytest.fixture
def files(settings, tmp_path):
    """Where this test's documents are stored."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def closed(october, files) -> list[Invoice]:
    """October closed: Acme's invoice, then Globex's. No PDF is rendered yet."""
    call_command("close_month", "2026-10", now=NOW, verbosity=0)
    return list(Invoice.objects.order_by("number"))


@pytest.fixture
def october_closed(october) -> None:
    closed_months.close()


@pytest.fixture
def rendered(closed) -> list[Invoice]:
    for invoice in closed:
        render_invoice(invoice.pk)
    return closed


@pytest.fixture
def make_draft(acme, make_contract, make_number, admin):
    """Contracts of Acme that have what a summary needs: a number, a recipient."""

    def make(reference: str, **fields):
        values = {"state": "draft", "activated_on": None, "reference": reference}
        contract = make_contract(acme, **{**values, **fields})
        site, _made = Site.objects.get_or_create(
            tenant=acme, name="Uccle", slug="uccle"
        )
        count = GeographicNumber.objects.count()
        make_number(contract, site, f"+32255013{count:02}")
        return contract

    return make
