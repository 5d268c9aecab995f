"""Caller rules of digits that end and begin again: rules stay with their number."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from numbers.services.inventory import release_number
from routing.models import CompiledPlan, ScreeningRule, SharedVersion
from routing.services import every_number
from routing.services.compiling import compile_customer
from vms_portal.kernel.local_time import local_date

DAY = dt.timedelta(days=1)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def rule(second, editor, now):
    return every_number.add_caller_rule(
        kind="block", prefix="+32475", number=second, member=editor, now=now
    )


def again(number, make_number, staff, last_day, first_day):
    """The same digits in another row, as with the next contract."""
    release_number(number=number, last_day=last_day, actor=staff)
    return make_number(
        number.contract, number.site, number.e164, activated_on=first_day
    )


@pytest.mark.parametrize("has_ended", [False, True])
def test_a_rule_comes_back_to_the_number_in_service(
    client, second, rule, editor, staff, make_number, now, has_ended
):
    today = local_date(now)
    later = again(second, make_number, staff, today + 5 * DAY, today + 20 * DAY)
    if has_ended:
        days = {"activated_on": today - 20 * DAY, "released_on": today - 5 * DAY}
        type(second).objects.filter(pk=second.pk).update(**days)
        type(later).objects.filter(pk=later.pk).update(activated_on=today)
    every_number.add_caller_rule(
        kind="block", prefix="+32499", number=None, member=editor, now=now
    )
    kept = SharedVersion.objects.filter(kind="callers").order_by("-sequence")
    last, before = kept[:2]
    client.force_login(editor.user)
    address = reverse("routing:shared_restore", args=[before.pk])
    answer = client.post(address, {"newest": last.sequence}, follow=True)
    assert "is back" in answer.text
    in_service = later if has_ended else second
    assert ScreeningRule.objects.get().number == in_service
    compile_customer(second.tenant, now=now)
    assert CompiledPlan.objects.get(number=in_service).body["blocked"]["prefixes"]


def test_the_page_says_whose_rule_refuses_nobody_any_more(
    client, second, rule, editor, staff, make_number, now
):
    client.force_login(editor.user)
    page = reverse("routing:settings")
    assert "Ended" not in client.get(page).text
    days = {
        "activated_on": local_date(now) - 9 * DAY,
        "released_on": local_date(now) - DAY,
    }
    type(second).objects.filter(pk=second.pk).update(**days)
    assert "Ended" in client.get(page).text
