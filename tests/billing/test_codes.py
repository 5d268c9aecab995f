"""Codes stand once; those of families are named by the price list alone."""

import datetime as dt
import io
import re
from decimal import Decimal

import pytest
from django.conf import settings
from pypdf import PdfReader

from billing.documents.invoice import render_invoice_pdf
from billing.models import ContractOption, Invoice, PriceList
from billing.rating import codes
from billing.rating.errors import BadInput
from billing.rating.parse_prices import parse_price_list
from billing.selectors.summary import summary_content
from contracts.models import Contract
from tests.billing.closed_months import close
from tests.support.october import OCTOBER, order

PRODUCT = ("billing", "contracts", "numbers", "routing", "tenants", "traffic")
SEAT = "ACM_SEAT"
NAMES = {
    "fr": "Poste d'agent",
    "nl": "Agentplaats",
    "de": "Agentenplatz",
    "en": "Agent seat",
}


@pytest.mark.parametrize("code", ["INSTALL", "CONSULT_DAY", "MSG_10"])
def test_a_code_stands_in_one_file_of_the_product(code):
    files = [
        file
        for app in PRODUCT
        for file in (settings.BASE_DIR / app).rglob("*.py")
        if "migrations" not in file.parts
        and re.search(rf"\b{code}\b", file.read_text())
    ]
    assert files == [settings.BASE_DIR / "billing" / "rating" / "codes.py"]


def test_packs_hold_what_was_ordered():
    packs = {n: codes.packs_of(codes.MESSAGES.name, n) for n in (None, 1, 10, 11, 20)}
    assert packs == {None: None, 1: 1, 10: 1, 11: 2, 20: 2}
    assert codes.packs_of(codes.RECORDING.name, 11) is None


@pytest.mark.parametrize(
    ("code", "quantity", "is_refused"),
    [
        (codes.INSTALLATION, "2", True),
        (codes.INSTALLATION, "1", False),
        (codes.CONSULTANCY, "1.25", True),
        (codes.CONSULTANCY, "1.5", False),
        (codes.MESSAGES, "7", False),
    ],
)
def test_how_much_of_it_can_be_ordered(code, quantity, is_refused):
    assert bool(codes.refused_quantity(code.name, Decimal(quantity))) is is_refused


@pytest.fixture
def seats(october) -> Contract:
    """A contract that ordered what only the price list knows."""
    known = PriceList.objects.get().definition
    options = {**known["options"], SEAT: "9.00"}
    PriceList.objects.create(
        reference="PL-ACM",
        valid_from="2026-10-01",
        definition={**known, "options": options, "names": {SEAT: NAMES}},
    )
    contract = Contract.objects.order_by("pk")[0]
    ContractOption.objects.create(
        tenant=contract.tenant,
        contract=contract,
        code=SEAT,
        starts_on=OCTOBER,
        order=order(contract, dt.date(2026, 10, 1)),
    )
    return contract


@pytest.mark.parametrize("language", sorted(NAMES))
def test_a_new_option_has_its_name_on_the_pdf(seats, files, language):
    seats.tenant.language = language
    seats.tenant.save()
    close()
    invoice = Invoice.objects.get(tenant=seats.tenant)
    page = PdfReader(io.BytesIO(render_invoice_pdf(invoice))).pages[0].extract_text()
    assert NAMES[language] in page.replace("\u2019", "'")
    assert SEAT not in page


def test_the_summary_names_it_too(seats):
    prices = PriceList.objects.order_by("valid_from")[0]
    content = summary_content(seats, prices, seats.subscribed_on)
    assert [NAMES[seats.tenant.language], "9.00"] in content["monthly"]


@pytest.mark.parametrize(
    ("names", "path"),
    [
        ({"ACM_SEAT": {"it": "Posto"}}, "/names/ACM_SEAT/it"),
        ({"ACM_SEAT": {"fr": " "}}, "/names/ACM_SEAT/fr"),
        ({"ACM_SEAT": {"fr": "x" * 81}}, "/names/ACM_SEAT/fr"),
        ({"ACM_SEAT": "Poste"}, "/names/ACM_SEAT"),
        (["ACM_SEAT"], "/names"),
    ],
)
def test_names_nobody_could_print_are_refused(names, path):
    band = {"up_to": 20, "price": "53.30"}
    definition = {
        "valid_from": "2026-01-01",
        "names": names,
        "subscription": {"mode": "flat_band", "bands": [band]},
        "trm": {"per_call": "0.04", "monthly_minimum": "15.00"},
    }
    with pytest.raises(BadInput) as refused:
        parse_price_list(definition)
    assert refused.value.path == path
