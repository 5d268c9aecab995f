"""Numbers of approved countries that cost more than the country: refused one by one."""

import phonenumbers
import pytest

from numbers.destinations import allowed
from numbers.destinations.abroad import can_be_approved
from numbers.destinations.policy import refusal
from tests.support.destinations import everywhere

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
