"""The destination policy: every kind of number, every notation."""

import re
import subprocess
from pathlib import Path

import phonenumbers
import pytest

from numbers.destinations import allowed, ranges
from numbers.destinations.abroad import can_be_approved, country_code
from numbers.destinations.belgium import MOBILE, ZONES, zone_prefix
from numbers.destinations.policy import EMERGENCY_NUMBERS, classify, refusal
from numbers.notation.reading import Misread, normalise
from vms_portal.kernel.telephony import ZERO_BELONGS, international

ROOT = Path(__file__).resolve().parents[2]
MOBILE_NUMBER = "+32470112233"


def geographic(prefix):
    return "+32" + (prefix + "2223344")[:8]


# Kinds


@pytest.mark.parametrize("prefix", sorted(ZONES))
def test_every_belgian_zone_is_allowed(prefix):
    assert refusal(geographic(prefix)) is None


@pytest.mark.parametrize(
    ("national", "prefix"),
    [
        ("25501234", "2"),
        ("32223344", "3"),
        ("42223344", "42"),
        ("43223344", "43"),
        ("92223344", "9"),
        ("10223344", "10"),
        ("81223344", "81"),
        ("18223344", None),
        ("45223344", None),
        ("40223344", None),
        ("41223344", None),
        ("44223344", None),
        ("90223344", None),
        ("80022334", None),
    ],
)
def test_the_zone_of_a_geographic_number(national, prefix):
    assert zone_prefix(national) == prefix


@pytest.mark.parametrize("prefix", MOBILE)
def test_mobile_numbers_have_nine_digits(prefix):
    assert refusal(f"+32{prefix}1234567") is None
    assert refusal(f"+32{prefix}123456") == "unknown"
    assert refusal(f"+32{prefix}12345678") == "unknown"


@pytest.mark.parametrize("prefix", ["40", "41", "44"])
def test_of_zone_4_only_042_and_043_are_assigned(prefix):
    assert refusal(f"+32{prefix}223344") == "unknown"


UNUSED = sorted({f"{n}" for n in range(10, 100)} - ZONES.keys() - set(MOBILE))


@pytest.mark.parametrize("prefix", [p for p in UNUSED if p[0] not in "239"])
def test_a_prefix_that_is_no_zone_is_refused(prefix):
    assert refusal(f"+32{prefix}123456") is not None


@pytest.mark.parametrize(
    ("e164", "kind"),
    [
        ("+3270123456", "premium"),
        ("+3290012345", "premium"),
        ("+3290112345", "premium"),
        ("+3290212345", "premium"),
        ("+3290312345", "premium"),
        ("+3290412345", "premium"),
        ("+3290512345", "premium"),
        ("+3290612345", "premium"),
        ("+3290712345", "premium"),
        ("+3290912345", "premium"),
        ("+32900123456", "unknown"),
        ("+88112345678", "satellite"),
        ("+88216123456", "satellite"),
        ("+88312345678", "satellite"),
        ("+87012345678", "satellite"),
        ("+87812345678", "personal"),
        ("+447012345678", "personal"),
        ("+97912345678", "premium"),
        ("+19005551234", "premium"),
        ("+80012345678", "global_service"),
        ("+3277123456", "unknown"),
        ("+321234", "short_code"),
        ("+328912", "short_code"),
        ("+32", "short_code"),
        ("+32112", "emergency"),
        ("+32116000", "emergency"),
        ("+321722", "emergency"),
        ("+320470112233", "unknown"),
    ],
)
def test_what_may_never_be_called(e164, kind):
    assert classify(e164) == kind
    everything = {"opt_in": ["0800", "078", "070"], "international": ["+3", "+4", "+8"]}
    assert refusal(e164, **everything) == kind


@pytest.mark.parametrize("short", sorted(EMERGENCY_NUMBERS))
def test_emergency_numbers_are_refused_with_the_country_before_them(short):
    assert refusal(f"+32{short}") == "emergency"


def test_0800_and_078_ask_for_an_opt_in_each():
    free, shared = "+3280012345", "+3278123456"
    assert (refusal(free), refusal(shared)) == ("freephone", "shared_cost")
    assert refusal(free, opt_in=["0800"]) is None
    assert refusal(shared, opt_in=["0800"]) == "shared_cost"
    assert refusal(shared, opt_in=["078"]) is None
    assert refusal(free, opt_in=["everything"]) == "freephone"


def test_abroad_asks_for_an_approved_prefix():
    paris = "+33123456789"
    assert refusal(paris) == "international"
    assert refusal(paris, international=["+49", "+33"]) is None
    assert refusal(paris, international=["+49"]) == "international"


PAID_ABROAD = [
    "+33899123456",
    "+33812345678",
    "+33825123456",
    "+33892123456",
    "+33836123456",
    "+499001234567",
    "+491371234567",
    "+491805123456",
    "+491901234567",
    "+4911812345",
    "+319001234567",
    "+31906123456",
    "+319091234567",
    "+31900123456",
    "+31847123456",
    "+449012345678",
    "+449812345678",
    "+448712345678",
    "+448451234567",
    "+447612345678",
    "+35290123456",
    "+35290512345",
    "+352900123456",
    "+35280112345",
    "+39899123456",
    "+39892123456",
    "+390878123456",
    "+39166123456",
    "+39144123456",
    "+34806123456",
    "+34902123456",
    "+41900123456",
    "+41842123456",
    "+43900123456",
    "+43810123456",
    "+3531512123456",
    "+3531850123456",
    "+4590123456",
    "+46900123456",
    "+4782912345",
    "+48701234567",
    "+35860012345",
    "+351760123456",
    "+420906123456",
    "+36901234567",
    "+40900123456",
    "+38560123456",
    "+3869012345",
    "+78091234567",
    "+972191234567",
    "+19005551234",
    "+19765551234",
    "+12129761234",
    "+14169761234",
    "+12125551212",
    "+14165551212",
    "+18765551212",
]


def everywhere(e164):
    """Approvals as wide as they can be given, for the number's country."""
    return [f"+{country_code(e164)}", e164[:4], "US", "CA", "+1", "+1876"]


@pytest.mark.parametrize("e164", PAID_ABROAD)
def test_a_paid_service_of_an_approved_country_is_refused(e164):
    assert allowed.refusal(e164, international=everywhere(e164)) is not None


@pytest.mark.parametrize(
    "e164",
    [
        "+33899123456",
        "+499001234567",
        "+491371234567",
        "+31900123456",
        "+31906123456",
        "+449012345678",
        "+35290123456",
        "+39899123456",
    ],
)
def test_the_table_alone_knows_the_paid_services_next_door(e164):
    assert refusal(e164, international=everywhere(e164)) == "premium"


@pytest.mark.parametrize(
    "e164",
    [
        "+33123456789",
        "+33612345678",
        "+35227123456",
        "+352621123456",
        "+491751234567",
        "+493012345678",
        "+31201234567",
        "+31612345678",
        "+31880123456",
        "+442071234567",
        "+447911823456",
        "+441181234567",
        "+390612345678",
        "+393401234567",
        "+34612345678",
        "+41211234567",
        "+43512345678",
        "+35318501234",
        "+35315123456",
        "+12125551234",
        "+14165551234",
        "+18769761234",
        "+12123976123",
    ],
)
def test_an_ordinary_number_of_an_approved_country_is_allowed(e164):
    assert allowed.refusal(e164, international=everywhere(e164)) is None
    assert allowed.refusal(e164) == "international"


@pytest.mark.parametrize(
    "e164",
    [
        "+79541234567",
        "+61147101234",
        "+61145112345",
        "+62868123456",
        "+8613491234567",
        "+8617401234567",
        "+33638001234",
        "+33640031234",
        "+33750761234",
    ],
)
def test_a_satellite_in_the_plan_of_an_approved_country_is_refused(e164):
    assert allowed.refusal(e164, international=everywhere(e164)) == "satellite"


@pytest.mark.parametrize(
    "e164",
    ["+79161234567", "+61412345678", "+628123456789", "+8613512345678", "+33638123456"],
)
def test_the_mobile_numbers_beside_them_are_allowed(e164):
    assert allowed.refusal(e164, international=everywhere(e164)) is None


# One of each country that libphonenumber knows such numbers of.
COMPANIES = [
    "+971600212345",
    "+548101234567",
    "+35877012345",
    "+38770341234",
    "+35777123456",
    "+420972123456",
    "+34511234567",
    "+358201234567",
    "+33806123456",
    "+445512345678",
    "+305005000123",
    "+38562123456",
    "+36381234567",
    "+353818123456",
    "+3548091234",
    "+37070712345",
    "+38277273012",
    "+48804123456",
    "+40808123456",
    "+381700123456",
    "+421961234567",
    "+27861123456",
]


@pytest.mark.parametrize("e164", COMPANIES)
def test_a_companys_number_at_its_own_price_is_refused(e164):
    """Our table lets them pass: here the second opinion says more."""
    assert allowed.refusal(e164, international=everywhere(e164)) in {
        "company",
        "premium",
        "personal",
        "unknown",
    }


@pytest.mark.parametrize(
    "e164",
    ["+443001234567", "+31880123456", "+41581234567", "+46102345678", "+40372123456"],
)
def test_a_companys_number_priced_as_a_place_is_allowed(e164):
    assert allowed.refusal(e164, international=everywhere(e164)) is None
    assert allowed.refusal(e164) == "international"


def test_no_companys_number_of_any_country_passes_unknown_to_our_table():
    """Every example libphonenumber has of them, in every country."""
    passing = set()
    for region in phonenumbers.SUPPORTED_REGIONS:
        example = phonenumbers.example_number_for_type(
            region, phonenumbers.PhoneNumberType.UAN
        )
        if example and region != "BE":
            e164 = f"+{example.country_code}{example.national_number}"
            given = everywhere(e164)
            if allowed.refusal(e164, international=given) is None:
                passing.add(region)
    assert passing <= {"CH", "RO", "SE"}


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


FREE_ABROAD = [
    "+33800123456",
    "+31800123456",
    "+4980012345678",
    "+448001234567",
    "+212801234567",
    "+212802007744",
    "+601300123456",
    "+5931700123456",
]


@pytest.mark.parametrize("e164", FREE_ABROAD)
def test_what_is_free_in_its_own_country_is_refused(e164):
    assert refusal(e164, international=everywhere(e164)) is None
    given = everywhere(e164)
    assert allowed.refusal(e164, international=given) == "free_abroad"


def test_no_free_number_of_any_country_is_open():
    """Every example libphonenumber has of them; the Belgian 0800 has its opt-in."""
    kind = phonenumbers.PhoneNumberType.TOLL_FREE
    found = 0
    for region in phonenumbers.SUPPORTED_REGIONS:
        example = phonenumbers.example_number_for_type(region, kind)
        if example is not None and region != "BE":
            found += 1
            e164 = f"+{example.country_code}{example.national_number}"
            assert allowed.refusal(e164, international=everywhere(e164)), e164
    assert found > 150
    assert allowed.refusal("+3280012345", opt_in=["0800"]) is None


@pytest.mark.parametrize(
    "e164", ["+43501234", "+4350123456", "+4357012345", "+4359123456", "+43517001234"]
)
def test_an_austrian_network_of_a_company_is_refused(e164):
    assert refusal(e164, international=["+43"]) == "company"
    assert not can_be_approved(e164[:6])


@pytest.mark.parametrize(
    "e164", ["+43512345678", "+435212123456", "+435572123456", "+435672123456"]
)
def test_the_austrian_places_beside_them_are_open(e164):
    assert allowed.refusal(e164, international=["+43"]) is None


@pytest.mark.parametrize(
    ("e164", "kind"),
    [
        ("+87112345678", "satellite"),
        ("+87012345678", "satellite"),
        ("+88112345678", "satellite"),
        ("+88812345678", "global_service"),
        ("+80012345678", "global_service"),
        ("+80812345678", "global_service"),
        ("+97912345678", "premium"),
        ("+99112345678", "global_service"),
        ("+21012345678", "unknown"),
        ("+99912345678", "unknown"),
        ("+447612345678", "premium"),
        ("+15005551234", "personal"),
        ("+78402261234", "unknown"),
        ("+79407101234", "unknown"),
        ("+18005551234", "global_service"),
        ("+11235551234", "unknown"),
        ("+12121551234", "unknown"),
    ],
)
def test_what_is_no_country_is_never_called(e164, kind):
    given = ["+87", "+88", "+80", "+97", "+99", "+21", e164[:3], e164[:4], e164[:5]]
    given += ["US", "CA"]
    assert refusal(e164, international=given) == kind


@pytest.mark.parametrize("e164", ["+339012345678", "+3706123456", "+4932123456"])
def test_a_range_nobody_assigned_is_refused_by_the_second_opinion(e164):
    assert refusal(e164, international=everywhere(e164)) is None
    assert allowed.refusal(e164, international=everywhere(e164)) == "unknown"


@pytest.mark.parametrize(
    "approval",
    [
        "+1",
        "+2",
        "+3",
        "+7",
        "+9",
        "+35",
        "+42",
        "+21",
        "+11",
        "+12",
        "+1800",
        "+1900",
        "+3389",
        "+4490",
        "+44870",
        "+4470",
        "+31900",
        "+49900",
        "+3989",
        "+35290",
        "+87",
        "+88",
        "+870",
        "+881",
        "+979",
        "+800",
        "+32",
        "+324",
        "+0",
        "+",
        "33",
        "BE",
        "us",
        "+33 1",
        "+12345678",
        "",
        "+6114",
        "+62868",
        "+7940",
    ],
)
def test_what_cannot_be_approved(approval):
    assert not can_be_approved(approval)
    assert refusal("+33123456789", international=[approval]) == "international"


@pytest.mark.parametrize(
    "approval",
    [
        "+33",
        "+352",
        "+49",
        "+79",
        "+1212",
        "+1876",
        "US",
        "CA",
        "+3361",
        "JE",
        "+441534",
    ],
)
def test_what_can_be_approved(approval):
    assert can_be_approved(approval)


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


def test_own_numbers_are_allowed():
    paris = "+33123456789"
    assert refusal(paris, own={paris}) is None
    assert refusal(paris, own={"+33123456788"}) == "international"


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


@pytest.mark.skipif(not Path("/usr/bin/python3").exists(), reason="system's Python")
def test_the_policy_needs_the_standard_library_alone():
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); "
        "from numbers.destinations.policy import refusal; print(refusal('+32112'))"
    )
    command = ["/usr/bin/python3", "-I", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "emergency\n"
