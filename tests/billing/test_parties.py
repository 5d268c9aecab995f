"""Documents say who issues them and for whom, field by field."""

import pytest
from django.utils import translation

from billing.documents.invoice import invoice_html
from billing.documents.parties import (
    address_lines,
    customer_snapshot,
    supplier_snapshot,
)
from billing.models import Invoice
from billing.services.crediting import credit_in_full
from tests.support.october import NOW
from vms_portal.operator import OPERATORS, load_operator

FIELDS = {
    "street",
    "postal_code",
    "city",
    "country",
    "vat_number",
    "enterprise_number",
    "endpoint",
}
LINES = {
    "fr": ["Rue du Répartiteur 12", "1000 Bruxelles", "Belgique"],
    "nl": ["Verdelerstraat 12", "1000 Brussel", "België"],
    "de": ["Rue du Répartiteur 12", "1000 Brüssel", "Belgien"],
    "en": ["Rue du Répartiteur 12", "1000 Brussels", "Belgium"],
}


def issued_before(invoice: Invoice) -> Invoice:
    """The same document with the issuer's address as it was frozen once."""
    fields = ("street", "postal_code", "city", "country", "enterprise_number")
    kept = {k: v for k, v in invoice.supplier.items() if k not in (*fields, "endpoint")}
    invoice.supplier = {**kept, "address": LINES[invoice.language[:2]]}
    return invoice


def test_both_parties_have_their_address_and_numbers_in_fields(acme, request):
    acme.vat_number = "BE0123456749"
    acme.save()
    invoice = request.getfixturevalue("closed")[0]
    for party in (invoice.supplier, invoice.customer):
        assert set(party) >= FIELDS
        assert party["country"] == "BE"
        number = party["vat_number"].removeprefix("BE")
        assert party["enterprise_number"] == number
        assert party["endpoint"] == {"scheme": "0208", "id": number}


def test_a_credit_note_of_an_invoice_from_before_has_them_too(closed, staff):
    note = credit_in_full(invoice=closed[0], reason="Twice", actor=staff, now=NOW)
    assert note.customer["name"] == closed[0].customer["name"]
    assert set(note.supplier) >= FIELDS
    assert set(note.customer) >= FIELDS


@pytest.mark.parametrize("language", sorted(LINES))
def test_the_operator_is_named_in_the_language_of_the_document(language):
    with translation.override(language):
        assert address_lines(supplier_snapshot(language)) == LINES[language]


def test_what_was_issued_before_is_printed_as_it_was(closed):
    now = invoice_html(closed[0])
    assert LINES[closed[0].language[:2]][1] in now
    assert invoice_html(issued_before(closed[0])) == now


def test_a_party_outside_belgium_has_no_belgian_number(closed, acme):
    acme.country, acme.vat_number = "NL", "NL004495445B01"
    party = customer_snapshot(acme)
    assert (party["enterprise_number"], party["endpoint"]) == ("", None)


def test_an_operator_with_a_field_of_before_is_refused(tmp_path):
    file = tmp_path / "operator.toml"
    text = (OPERATORS / "belvoix.toml").read_text(encoding="utf-8")
    file.write_text(f'address = ["Rue 1"]\n{text}', encoding="utf-8")
    with pytest.raises(SystemExit, match="has what nobody reads: address"):
        load_operator(str(file), sorted(LINES))
