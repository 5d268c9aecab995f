"""VAT numbers, and which VAT treatment goes with which customer."""

import pytest
from django.utils import translation

from tenants.models import Tenant
from tenants.vat import WrongVatNumber, compact_vat, problems, spaced_vat
from tenants.words.countries import CODES, country_choices, country_name


@pytest.mark.parametrize(
    ("written", "country", "compact"),
    [
        ("BE0123456749", "BE", "BE0123456749"),
        ("BE 0123.456.749", "BE", "BE0123456749"),
        ("be-0123 456 749", "BE", "BE0123456749"),
        ("0123.456.749", "BE", "BE0123456749"),
        ("123.456.749", "BE", "BE0123456749"),
        ("BE123456749", "BE", "BE0123456749"),
        ("BE1000003682", "BE", "BE1000003682"),
        ("BE 0123 456 749", "BE", "BE0123456749"),
        ("FR 40 303 265 045", "FR", "FR40303265045"),
        ("GR094259216", "GR", "EL094259216"),
        ("094259216", "GR", "EL094259216"),
        ("ATU 13585627", "AT", "ATU13585627"),
        ("U 1358 5627", "AT", "ATU13585627"),
        ("B-58378431", "ES", "ESB58378431"),
        ("IT 007.431.101.57", "IT", "IT00743110157"),
        ("pl 856-734-62-15", "PL", "PL8567346215"),
        ("CZ-25123891", "CZ", "CZ25123891"),
        ("NL.0044.95.445.B.01", "NL", "NL004495445B01"),
        ("BE 0123\u2011456\u2011749", "BE", "BE0123456749"),
        ("FR 40 303 265 045", "MC", "FR40303265045"),
        ("CHE-116.281.710 MWST", "CH", "CHE116281710MWST"),
        ("", "BE", ""),
        ("  ", "FR", ""),
    ],
)
def test_a_number_is_stored_compact(written, country, compact):
    assert compact_vat(written, country) == compact


@pytest.mark.parametrize(
    ("written", "country"),
    [
        ("BE0123456789", "BE"),
        ("BE2123456749", "BE"),
        ("BE012345674", "BE"),
        ("BE01234567490", "BE"),
        ("BE", "BE"),
        ("0123456789", "BE"),
        ("BE\u0660123456749", "BE"),
        ("BE0000000000", "BE"),
        ("hello", "BE"),
        ("FR40303265046", "FR"),
        ("XI110305878", "IE"),
        ("EU372022452", "DE"),
        ("GB980780684", "FR"),
        ("-", "BE"),
        (" . ", "US"),
        ("B58378432", "ES"),
        ("=1+1", "US"),
        ("BE0123456789", "FR"),
    ],
)
def test_a_wrong_number_is_refused(written, country):
    with pytest.raises(WrongVatNumber):
        compact_vat(written, country)


def test_numbers_are_shown_in_groups():
    assert spaced_vat("BE0123456749") == "BE 0123.456.749"
    assert spaced_vat("FR40303265045") == "FR 40303265045"
    assert spaced_vat("") == ""


FRENCH, BELGIAN = "FR40303265045", "BE0123456749"


@pytest.mark.parametrize(
    ("country", "treatment", "number", "wrong"),
    [
        ("BE", "S", "", None),
        ("BE", "S", BELGIAN, None),
        ("BE", "S", "BE0123456789", "vat_number"),
        ("FR", "AE", FRENCH, None),
        ("MC", "AE", FRENCH, None),
        ("MC", "O", "", "vat_treatment"),
        ("FR", "AE", "", "vat_number"),
        ("FR", "AE", BELGIAN, "vat_number"),
        ("BE", "AE", BELGIAN, "vat_treatment"),
        ("BE", "AE", FRENCH, "vat_treatment"),
        ("CH", "AE", FRENCH, "vat_treatment"),
        ("DE", "S", "", "vat_number"),
        ("FR", "S", FRENCH, "vat_treatment"),
        ("FR", "S", BELGIAN, None),
        ("US", "S", "", "vat_treatment"),
        ("US", "O", "", None),
        ("GB", "O", "GB980780684", None),
        ("FR", "O", "", "vat_treatment"),
        ("BE", "O", BELGIAN, "vat_treatment"),
        ("BE", "E", "", None),
        ("LU", "E", "", None),
        ("XX", "S", BELGIAN, "country"),
        ("be", "S", BELGIAN, "country"),
        ("AN", "O", "", "country"),
    ],
)
def test_what_the_law_lets_go_together(country, treatment, number, wrong):
    customer = Tenant(country=country, vat_treatment=treatment, vat_number=number)
    assert list(problems(customer)) == ([wrong] if wrong else [])


@pytest.mark.parametrize(
    ("code", "is_right"),
    [
        ("1000", True),
        ("9990", True),
        ("", True),
        ("0999", False),
        ("ABC", False),
        ("10000", False),
        ("1 000", False),
        ("١٠٠٠", False),
        ("B-1000", False),
    ],
)
def test_a_belgian_postal_code_has_four_digits(code, is_right):
    found = problems(Tenant(country="BE", postal_code=code))
    assert ("postal_code" in found) != is_right


def test_other_postal_codes_are_left_alone():
    assert not problems(Tenant(country="GB", vat_treatment="O", postal_code="SW1A 1AA"))


def test_countries_have_names_in_every_language():
    assert len(CODES) == 249
    for language, name in {
        "en": "Germany",
        "fr": "Allemagne",
        "nl": "Duitsland",
        "de": "Deutschland",
    }.items():
        with translation.override(language):
            assert country_name("DE") == name
            assert all(len(name) > 2 for _code, name in country_choices())
            assert country_choices()[0][0] == "BE"
