"""The sums of the days and months, as the month close reads them."""

from collections import Counter

from django.db.models import Sum
from django.db.models.functions import TruncMonth

from traffic.models import ContractDay, ContractMonth, Treatment


def added_up() -> Counter[str]:
    """The calls of all days, by treatment; the months hold the same."""
    assert_months_agree()
    sums = ContractDay.objects.aggregate(**{t: Sum(t) for t in Treatment.values})
    return +Counter(sums)


def assert_months_agree() -> None:
    keys = ("tenant", "contract")
    days = ContractDay.objects.order_by().values_list(*keys, TruncMonth("day"))
    of_days = days.annotate(*(Sum(t) for t in Treatment.values))
    of_months = ContractMonth.objects.values_list(*keys, "month", *Treatment.values)
    assert _of_any(of_months) == _of_any(of_days)


def _of_any(rows) -> list[tuple]:
    """What has calls: a month whose calls all moved away stays, with none."""
    return sorted(row for row in rows if any(row[3:]))
