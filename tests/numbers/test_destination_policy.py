"""The destination policy: every kind of number."""

import subprocess
from pathlib import Path

import pytest

from numbers.destinations import allowed
from numbers.destinations.abroad import can_be_approved
from numbers.destinations.belgium import MOBILE, ZONES, zone_prefix
from numbers.destinations.policy import EMERGENCY_NUMBERS, classify, refusal
from tests.support.destinations import everywhere

ROOT = Path(__file__).resolve().parents[2]


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


def test_own_numbers_are_allowed():
    paris = "+33123456789"
    assert refusal(paris, own={paris}) is None
    assert refusal(paris, own={"+33123456788"}) == "international"


@pytest.mark.skipif(not Path("/usr/bin/python3").exists(), reason="system's Python")
def test_the_policy_needs_the_standard_library_alone():
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); "
        "from numbers.destinations.policy import refusal; print(refusal('+32112'))"
    )
    command = ["/usr/bin/python3", "-I", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "emergency\n"
