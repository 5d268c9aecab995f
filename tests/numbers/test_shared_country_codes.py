"""Countries that share a code are approved apart."""

import phonenumbers
import pytest

from numbers.destinations import allowed
from numbers.destinations.abroad import country_code
from numbers.destinations.policy import refusal
from tests.support.destinations import everywhere

ISLANDS = [
    "+18765551234",
    "+18095551234",
    "+18295551234",
    "+14415551234",
    "+12465551234",
    "+16495551234",
    "+12845551234",
    "+17875551234",
]


@pytest.mark.parametrize("e164", ISLANDS)
def test_an_island_is_neither_the_united_states_nor_canada(e164):
    assert refusal(e164, international=["US", "CA", "+1"]) == "international"
    assert refusal(e164, international=[e164[:5]]) is None


def test_the_united_states_and_canada_are_approved_apart():
    assert refusal("+12125551234", international=["US"]) is None
    assert refusal("+14165551234", international=["US"]) == "international"
    assert refusal("+14165551234", international=["CA"]) is None
    # What was approved before there were names.
    assert refusal("+14165551234", international=["+1"]) is None


SHARING = {
    "GG": ("+441481256789", "+447781123456", "+447911123456", "+447911723456"),
    "IM": ("+441624756789", "+447924123456"),
    "JE": ("+441534456789", "+447797712345"),
    "YT": (
        "+262269601234",
        "+262639012345",
        "+262939814795",
        "+262947801234",
        "+262976900775",
    ),
    "BQ": ("+5997151234", "+5993181234"),
    "TA": ("+2908999",),
}


@pytest.mark.parametrize("name", SHARING)
def test_the_code_of_a_country_opens_none_that_shares_it(name):
    for e164 in SHARING[name]:
        code = f"+{country_code(e164)}"
        short = [code, e164[: len(code) + 1], "US", "CA", "GB"]
        short = [given for given in short if name not in ("BQ", "TA") or given == code]
        assert allowed.refusal(e164, international=short) == "international"
        for whole in (name, e164[:8]):
            assert allowed.refusal(e164, international=[whole]) is None


def test_a_country_that_shares_a_code_opens_no_other():
    london, curacao = "+442079460018", "+59995181234"
    assert refusal(london, international=["GG", "IM", "JE"]) == "international"
    assert refusal(london, international=["+441534"]) == "international"
    assert refusal(curacao, international=["BQ"]) == "international"
    assert refusal(SHARING["JE"][0], international=["GG"]) == "international"
    for e164 in (london, curacao):
        assert refusal(e164, international=everywhere(e164)) is None


@pytest.mark.parametrize("name", SHARING)
def test_every_example_of_a_country_that_shares_a_code_is_known(name):
    for kind in phonenumbers.PhoneNumberType.values():
        example = phonenumbers.example_number_for_type(name, kind)
        if example is None or phonenumbers.region_code_for_number(example) != name:
            continue  # a range of the country whose code it is
        e164 = f"+{example.country_code}{example.national_number}"
        given = [f"+{example.country_code}"]
        assert allowed.refusal(e164, international=given) is not None


@pytest.mark.parametrize("code", sorted({"44", "262", "599"}))
def test_no_number_of_a_country_that_shares_a_code_is_open(code):
    """By libphonenumber's own opinion of whose a number is, over all beginnings."""
    digits = {"44": 10, "262": 9, "599": 7}[code]
    main = {"44": "GB", "262": "RE", "599": "CW"}[code]
    checked = 0
    for start in range(1000, 10_000):
        national = f"{start}{'4' * digits}"[:digits]
        number = phonenumbers.parse(f"+{code}{national}", None)
        if phonenumbers.region_code_for_number(number) not in (main, None):
            checked += 1
            e164 = f"+{code}{national}"
            assert allowed.refusal(e164, international=[f"+{code}"]), e164
    assert checked
