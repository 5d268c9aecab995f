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


@pytest.mark.parametrize("is_granted", [True, False])
def test_digits_that_began_again_mean_what_they_meant(
    client, admin, viewer, contract, site, make_number, is_granted
):
    """A choice saved as it was shows nothing more; a new line means the present one."""
    today = local_date(timezone.now())
    ended = make_number(contract, site, "+3292334400")
    days = {"activated_on": today - 300 * DAY, "released_on": today - 40 * DAY}
    type(ended).objects.filter(pk=ended.pk).update(**days)
    present = make_number(contract, site, ended.e164, activated_on=today - 10 * DAY)
    if is_granted:
        NumberAccess.objects.create(tenant=ended.tenant, member=viewer, number=ended)
    viewer.sees_all_numbers = False
    viewer.save()
    client.force_login(admin.user)
    address = f"/team/{viewer.pk}/access/"
    shown = client.get(address).context["form"].initial
    lines = {"sees_all": "no", "numbers": "+32 9 233 44 00"}
    assert (shown["numbers"] == lines["numbers"]) == is_granted
    assert (
        client.post(address, {**lines, "expected": shown["expected"]}).status_code
        == 302
    )
    granted = NumberAccess.objects.filter(member=viewer).values_list(
        "number", flat=True
    )
    assert list(granted) == [ended.pk if is_granted else present.pk]
