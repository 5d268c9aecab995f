"""The numbers a person sees, as they are pasted."""

import datetime as dt

import pytest
from django.utils import timezone

from numbers.forms import AccessForm
from numbers.models import NumberAccess
from vms_portal.kernel.local_time import local_date

DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    "written",
    [
        "02 550 12 00\r\n \r\n+32 2 550 12 00",
        " \n02 550 12 00\n\t",
        "02 550 12 00\n\u00a0\n",
    ],
)
def test_a_line_of_spaces_is_no_number(number, admin, written):
    form = AccessForm({"sees_all": "no", "numbers": written, "expected": "x"}, by=admin)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["numbers"] == [number]


def test_a_line_that_is_no_number_is_still_named(number, admin):
    """The control."""
    form = AccessForm(
        {"sees_all": "no", "numbers": "02 550 12 00\n-", "expected": "x"}, by=admin
    )
    assert not form.is_valid()


@pytest.fixture
def ended(viewer, contract, site, make_number):
    """A number that the person was shown until it ended."""
    today = local_date(timezone.now())
    ended = make_number(contract, site, "+3292334400")
    days = {"activated_on": today - 300 * DAY, "released_on": today - 40 * DAY}
    type(ended).objects.filter(pk=ended.pk).update(**days)
    NumberAccess.objects.create(tenant=ended.tenant, member=viewer, number=ended)
    viewer.sees_all_numbers = False
    viewer.save()
    return ended


@pytest.fixture
def present(ended, make_number):
    """What has its digits today."""
    first = local_date(timezone.now()) - 10 * DAY
    return make_number(ended.contract, ended.site, ended.e164, activated_on=first)


def test_digits_that_began_again_mean_the_number_of_today(
    client, admin, viewer, number, ended, present
):
    NumberAccess.objects.create(tenant=ended.tenant, member=viewer, number=number)
    client.force_login(admin.user)
    address = f"/team/{viewer.pk}/access/"

    def save(lines: str | None = None) -> set[int]:
        shown = client.get(address).context["form"].initial
        typed = shown["numbers"] if lines is None else lines
        form = {"sees_all": "no", "numbers": typed, "expected": shown["expected"]}
        assert client.post(address, form).status_code == 302
        mine = NumberAccess.objects.filter(member=viewer)
        return set(mine.values_list("number", flat=True))

    # As it is shown it changes nothing; a line more or less does what it says.
    assert save() == {number.pk, ended.pk}
    assert save("02 550 12 00\n09 233 44 00") == {number.pk, ended.pk, present.pk}
    assert save() == {number.pk, ended.pk, present.pk}
    assert save("02 550 12 00") == {number.pk, ended.pk}
    assert save("") == set()


def test_a_number_that_ended_has_its_line_while_nothing_has_its_digits(
    client, admin, viewer, ended
):
    """The control."""
    client.force_login(admin.user)
    shown = client.get(f"/team/{viewer.pk}/access/").context["form"].initial
    assert shown["numbers"] == "+32 9 233 44 00"
