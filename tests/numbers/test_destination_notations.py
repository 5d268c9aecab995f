"""A destination is one number in every usual notation of it, else it is refused."""

import re

import pytest

from numbers.destinations import allowed, ranges
from numbers.destinations.policy import refusal
from numbers.notation.reading import Misread, normalise
from tests.support.destinations import everywhere
from vms_portal.kernel.telephony import ZERO_BELONGS, international

MOBILE_NUMBER = "+32470112233"


@pytest.mark.parametrize(
    "e164", ["+330612345678", "+4402079460018", "+49030123456", "+5215512345678"]
)
def test_what_is_not_written_as_the_network_dials_it_is_refused(e164):
    assert refusal(e164, international=everywhere(e164)) is None
    assert allowed.refusal(e164, international=everywhere(e164)) == "unknown"


@pytest.mark.parametrize("code", sorted(ranges.COUNTRY_CODES))
def test_only_the_zero_behind_a_country_code_is_a_prefix(code):
    """The length of every code is known: +4470 is no +447 with a prefix."""
    later = [f"+{code}{digit}0{rest}" for digit in "123456789" for rest in ("12", "")]
    assert [international(number) for number in later] == later
    prefixed, meant = f"+{code}0123456", f"+{code}123456"
    belongs = re.fullmatch(ZERO_BELONGS.get(f"+{code}", ""), "0123456")
    assert international(prefixed) == (prefixed if belongs else meant)


@pytest.mark.parametrize("e164", ["+390612345678", "+3780549886377", "+2250712345678"])
def test_a_zero_that_belongs_to_the_number_stays(e164):
    assert allowed.refusal(e164, international=everywhere(e164)) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "3225501234",
        "025501234",
        "+0470112233",
        "+12345",
        "+1234567890123456",
        "+32 25501234",
        "+3225501234 ",
        "+3225501234\n",
        "+٣٢٢٥٥٠١٢٣٤",
        "+322550123x",
        "+3225501234;ext=1",
        "\u202a+3225501234",
        "tel:+3225501234",
    ],
)
def test_the_policy_takes_strict_e164_alone(text):
    assert refusal(text, international=["+"]) is not None


# Notations

SAME = [
    "+32470112233",
    "+32 470 11 22 33",
    "+32 470/11.22.33",
    "+32-470-11-22-33",
    "+32 (0)470 11 22 33",
    "+32(0)470112233",
    "+32 (470) 11 22 33",
    "0032470112233",
    "00 32 470 11 22 33",
    "0032 (0)470 11 22 33",
    "(0032) 470 112233",
    "0470112233",
    "0470/11 22 33",
    "0470.11.22.33",
    "0470-11-22-33",
    "(0470) 11 22 33",
    "  0470 112233  ",
    "0470\u00a0112233",
    "0470\u202f11\u202f22\u202f33",
    "0470\u201111\u201322\u221233",
    "+320470112233",
    "０４７０１１２２３３",
    "٠٤٧٠١١٢٢٣٣",
    "+٣٢٤٧٠١١٢٢٣٣",
    "۰۴۷۰۱۱۲۲۳۳",
    "०४७०११२२३३",
    "＋32470112233",
]


@pytest.mark.parametrize("text", SAME)
def test_every_usual_notation_is_the_same_number(text):
    assert normalise(text) == MOBILE_NUMBER


@pytest.mark.parametrize(
    ("text", "e164"),
    [
        ("02 550 12 34", "+3225501234"),
        ("(02) 550.12.34", "+3225501234"),
        ("+33 1 23 45 67 89", "+33123456789"),
        ("0033123456789", "+33123456789"),
        ("+33 (0)6 12 34 56 78", "+33612345678"),
        ("+33 06 12 34 56 78", "+33612345678"),
        ("0044 020 7946 0018", "+442079460018"),
        ("+352 0621 123 456", "+352621123456"),
        # A 0 that comes later is no prefix.
        ("+44 70 1234 5678", "+447012345678"),
        ("+33 70 12 34 56 7", "+33701234567"),
        ("+32 70 12 34 56", "+3270123456"),
        ("+352 20 123 456", "+35220123456"),
        ("+7 701 234 56 78", "+77012345678"),
        # Where the 0 belongs to the number, "(0)" is no prefix.
        ("+39 (0)331 234567", "+390331234567"),
        ("0039 (0) 6 1234 5678", "+390612345678"),
        ("+39 06 1234 5678", "+390612345678"),
        ("+39 331 234 5678", "+393312345678"),
        ("+378 (0)549 886377", "+3780549886377"),
        ("+225 (0)7 12 34 56 78", "+2250712345678"),
        ("0800 12 345", "+3280012345"),
        ("070 12 34 56", "+3270123456"),
    ],
)
def test_other_numbers_are_normalised_and_left_to_the_policy(text, e164):
    assert normalise(text) == e164


HELP = [
    "112",
    "1 1 2",
    "1.1.2",
    "(112)",
    "1-1-2",
    "+32112",
    "0032112",
    "0032 112",
    "+32 (0)112",
    "0112",
    "+320112",
    "١١٢",
    "１１２",
    "۱۱۲",
    " 112 ",
    "00 32 1 1 2",
    "1/1/2",
    "100",
    "101",
    "116 000",
    "+32 116 000",
    "1722",
    "1733",
    "0032 1733",
]


@pytest.mark.parametrize("text", HELP)
def test_emergency_numbers_are_found_in_any_notation(text):
    assert normalise(text) == Misread("emergency")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("9" * 61, "too_long"),
        ("\u202a+32470112233\u202c", "hidden_character"),
        ("0470\u200e112233", "hidden_character"),
        ("\ufeff0470112233", "hidden_character"),
        ("0470\x00112233", "hidden_character"),
        ("0470\n112233", "hidden_character"),
        ("\ud800", "hidden_character"),
        ("+32470112233;ext=12", "not_a_number"),
        ("+32470112233x12", "not_a_number"),
        ("tel:+32470112233", "not_a_number"),
        ("sip:112@acme.example", "not_a_number"),
        ("112;ext=1", "not_a_number"),
        ("0470,112233", "not_a_number"),
        ("++32470112233", "not_a_number"),
        ("32470112233", "not_a_number"),
        ("+0470112233", "not_a_number"),
        ("0470*11#22", "not_a_number"),
        ("²²²²²²²²", "not_a_number"),
        ("+1234567890123456", "not_a_number"),
        ("+", "not_a_number"),
        ("1234", "too_short"),
        ("0471", "too_short"),
        ("+33112", "too_short"),
    ],
)
def test_what_is_not_plainly_a_number_is_refused(text, code):
    assert normalise(text) == Misread(code)


def test_normalising_again_changes_nothing():
    assert normalise(str(normalise("02/550.12.34"))) == "+3225501234"
