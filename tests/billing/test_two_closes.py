"""Months freeze one after the other: what one bills is not late in the next."""

import datetime as dt
import subprocess
import sys
import time

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from billing.models import CustomerMonth, InvoiceLine
from billing.selectors.usage import usage_by_tenant
from billing.services import closing
from billing.tasks import continue_close
from contracts.models import Contract
from tests.support.customers import make_customers
from tests.support.databases import ROOT, worker_environment
from tests.support.october import OCTOBER
from traffic.models import ContractDay, Period

NOVEMBER = dt.date(2026, 11, 1)
LATER = dt.datetime(2026, 12, 2, tzinfo=dt.UTC)
CONTINUE = (
    "import time, django; django.setup();"
    "from billing.tasks import continue_close;"
    "time.sleep(max(0, {at} - time.time()));"
    "continue_close('{month}')"
)


def november_calls(calls: int) -> None:
    ContractDay.objects.bulk_create(
        ContractDay(tenant_id=tenant, contract_id=pk, day=NOVEMBER, rerouted=calls)
        for pk, tenant in Contract.objects.values_list("pk", "tenant")
    )


def both_begun() -> None:
    """As a version before left them, or a stop between: both are to be frozen."""
    for month in (OCTOBER, NOVEMBER):
        Period.objects.update_or_create(month=month, defaults={"state": "closing"})


def continue_in_a_process(month: dt.date, at: float) -> subprocess.Popen:
    code = CONTINUE.format(month=month, at=at)
    values = {**worker_environment(), "DJANGO_SETTINGS_MODULE": "vms_portal.settings"}
    return subprocess.Popen([sys.executable, "-c", code], env=values, cwd=ROOT)


def close_both_beside_each_other(customers: int) -> None:
    make_customers(customers, calls=1_000)
    november_calls(1_000)
    both_begun()
    at = time.time() + 4
    beside = [continue_in_a_process(month, at) for month in (NOVEMBER, OCTOBER)]
    assert [process.wait(120) for process in beside] == [0, 0]
    for _round in range(2):  # as the sweeper does
        for month in closing.months_to_continue():
            continue_close(month.isoformat())
            ids = list(closing.pending(month).values_list("pk", flat=True))
            closing.bill_chunk(month=month, ids=ids, now=LATER)
            closing.finish_close(month=month, now=LATER)
    assert set(Period.objects.values_list("state", flat=True)) == {"closed"}


@pytest.mark.django_db(transaction=True)
def test_two_months_closing_at_once_bill_each_call_once(price_list):
    close_both_beside_each_other(60)

    assert CustomerMonth.objects.filter(state="issued").count() == 120
    assert not InvoiceLine.objects.filter(code="TRM_LATE").exists()
    billed = InvoiceLine.objects.filter(code="TRM_CALL").values_list("quantity")
    assert sum(quantity for (quantity,) in billed) == 2 * 60 * 1_000 + sum(range(60))


@pytest.mark.nightly
@pytest.mark.django_db(transaction=True)
def test_two_months_of_three_thousand_customers_bill_each_call_once(price_list):
    close_both_beside_each_other(3_000)

    assert not InvoiceLine.objects.filter(code="TRM_LATE").exists()


def test_a_month_begins_to_close_when_the_one_before_is_frozen(price_list):
    make_customers(2)
    closing.start_close(month=OCTOBER, now=LATER)

    with pytest.raises(closing.EarlierMonthUnfrozen):
        closing.start_close(month=NOVEMBER, now=LATER)
    closing.freeze_usage(month=OCTOBER, tenants=closing.missing_tenants(OCTOBER)[:1])
    with pytest.raises(closing.EarlierMonthUnfrozen):
        closing.start_close(month=NOVEMBER, now=LATER)
    assert not Period.objects.filter(month=NOVEMBER, state="closing").exists()

    closing.freeze_usage(month=OCTOBER, tenants=closing.missing_tenants(OCTOBER))
    closing.start_close(month=NOVEMBER, now=LATER)
    assert Period.objects.get(month=NOVEMBER).state == "closing"


def test_a_month_begun_too_early_waits_and_goes_on_by_itself(price_list):
    make_customers(2, calls=1_000)
    both_begun()

    with pytest.raises(closing.EarlierMonthUnfrozen):
        closing.freeze_usage(month=NOVEMBER, tenants=closing.missing_tenants(NOVEMBER))
    continue_close(NOVEMBER.isoformat())
    assert not CustomerMonth.objects.exists()
    assert Period.objects.get(month=NOVEMBER).state == "closing"

    for month in closing.months_to_continue():
        continue_close(month.isoformat())
    assert CustomerMonth.objects.filter(month=NOVEMBER).count() == 2


def test_calls_of_a_month_that_is_not_frozen_are_not_late(price_list):
    make_customers(1, calls=1_000)
    both_begun()
    contract = Contract.objects.get()

    def late() -> list:
        usage = usage_by_tenant(NOVEMBER, [contract.tenant_id])[contract.tenant_id]
        return usage["contracts"][str(contract.pk)]["late"]

    assert late() == []
    closing.freeze_usage(month=OCTOBER, tenants=[contract.tenant_id])
    assert late() == []
    # The control: what comes in from here on is late.
    ContractDay.objects.update(rerouted=1_001)
    assert [entry["calls_late"] for entry in late()] == [1]


def test_command_and_page_say_which_month_is_still_being_closed(
    price_list, staff_client, staff
):
    september = dt.date(2026, 9, 1)
    make_customers(1)
    Contract.objects.update(activated_on=september)
    closing.start_close(month=september, now=LATER)
    with pytest.raises(CommandError, match="2026-09 is still being closed"):
        call_command("close_month", "2026-10", now=LATER, verbosity=0)

    staff_client.force_login(staff)
    urls = "vms_portal.urls.backoffice"
    path = reverse("admin:billing_month_close", args=[OCTOBER], urlconf=urls)
    typed = {"confirmed": "on", "typed": "2026-10"}
    page = staff_client.post(path, typed, follow=True).content.decode()
    assert "September 2026 is still being closed" in page
