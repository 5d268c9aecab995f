"""A number of any country is the same number in every notation of it."""

import random
import re

import phonenumbers
import pytest
from phonenumbers import PhoneMetadata, PhoneNumberFormat, PhoneNumberType

from vms_portal.kernel.telephony import beginning, compact, international, searched

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
CODES = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
# Free in their own country and written 00 there: nobody calls them from abroad.
AT_HOME_ONLY = {81, 82, 359, 598, 974}
DRAWN = 20


def whole(e164):
    """Return a valid number that is written as E.164 has it, or None."""
    try:
        number = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return None
    same = phonenumbers.format_number(number, PhoneNumberFormat.E164) == e164
    return number if same and phonenumbers.is_valid_number(number) else None


def drawn(region):
    """Yield numbers like the examples of each kind of number of a region."""
    dice = random.Random(region)
    for kind in PhoneNumberType.values():
        example = phonenumbers.example_number_for_type(region, kind)
        if example is not None:
            begins = phonenumbers.format_number(example, PhoneNumberFormat.E164)
            for _turn in range(DRAWN):
                last = f"{dice.randrange(1000):03}"
                if number := whole(begins[:-3] + last):
                    yield number


def notations(number, region):
    """Return how people write a number for readers abroad."""
    code = number.country_code
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    abroad = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    home = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    written = [e164, abroad, f"00{e164[1:]}", f"00 {abroad[1:]}"]
    plan = PhoneMetadata.metadata_for_region(region)
    prefix = plan.national_prefix if plan else None
    digits = (compact(f"1{home}") or "")[1:]
    if prefix and digits.startswith(prefix):
        written += [f"+{code} {home}", f"00{code} {home}"]
        if prefix == "0":
            written.append(f"+{code} (0){home.lstrip('(')[1:]}")
    return e164, written


def read(text):
    joined = compact(text)
    return joined and international(joined)


@pytest.mark.parametrize("region", REGIONS)
def test_every_notation_of_a_number_is_that_number(region):
    for number in drawn(region):
        e164, written = notations(number, region)
        for text in written:
            assert (text, read(text)) == (text, e164)
            assert (text, beginning(text)) == (text, e164)
            assert (text, searched(text)) == (text, e164)


def is_possible(digits, code):
    """Tell whether digits may be a number behind a country code."""
    for region in phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code]:
        plan = PhoneMetadata.metadata_for_region(region)
        desc = plan.general_desc if plan else None
        pattern = (desc.national_number_pattern if desc else None) or ""
        if pattern and re.fullmatch(pattern, digits):
            return True
    return False


@pytest.mark.parametrize("region", REGIONS)
def test_a_zero_in_brackets_is_a_prefix_unless_the_number_begins_with_it(region):
    for number in drawn(region):
        code, digits = (
            number.country_code,
            phonenumbers.national_significant_number(number),
        )
        if digits.startswith("0"):
            continue
        for text in (f"+{code} (0){digits}", f"00{code} (0){digits}"):
            meant = f"0{digits}" if is_possible(f"0{digits}", code) else digits
            assert (text, read(text)) == (text, f"+{code}{meant}")
            assert (text, beginning(text)) == (text, f"+{code}{meant}")


@pytest.mark.parametrize("code", [c for c in CODES if c not in AT_HOME_ONLY])
def test_a_zero_a_number_begins_with_stays(code):
    """Drawn, as no example begins so: of 2000 numbers a few are valid, or none."""
    dice = random.Random(code)
    for _turn in range(2000):
        rest = "".join(dice.choices("0123456789", k=dice.randrange(4, 11)))
        e164 = f"+{code}0{rest}"
        if whole(e164):
            for text in (e164, f"00{code} 0{rest}", f"+{code} (0){rest}"):
                assert (text, read(text)) == (text, e164)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("+226 07 12 34 56", "+22607123456"),
        ("00226 (0)7 12 34 56", "+22607123456"),
        ("+992 07 123 4567", "+992071234567"),
        ("+47 (0)22 12 34 56", "+4722123456"),
        ("+47 022 12 34 56", "+4722123456"),
        ("+47 (0)2 123", "+4702123"),
        ("+378 (0)66 12 34 56", "+37866123456"),
        ("+378 (0)549 886377", "+3780549886377"),
        ("+267 (0)71 123 456", "+26771123456"),
        ("+250 06 301 009", "+25006301009"),
        ("+250 0720 123 456", "+250720123456"),
        ("+250 (0)720 123 456", "+250720123456"),
        ("+36 (06 1) 234 5678", "+3612345678"),
        ("+54 011 15-2345-6789", "+5491123456789"),
        ("+54 (0)223 15 512-3456", "+5492235123456"),
        ("+54 02966 15 12-3456", "+5492966123456"),
        ("+54 011 4321-5678", "+541143215678"),
        ("+7 8 (495) 123-45-67", "+74951234567"),
        ("+375 8 0152 45-05-47", "+375152450547"),
        ("+993 (8 12) 34-52-17", "+99312345217"),
    ],
)
def test_what_a_notation_means(written, meant):
    assert read(written) == meant


@pytest.mark.parametrize(
    "begins", ["+78", "+7800", "+5411", "+5401115", "+3630", "+37580", "+993812"]
)
def test_a_beginning_is_no_national_notation(begins):
    """The control: too few digits to mean another number."""
    assert read(begins) == begins.replace("+540", "+54")
