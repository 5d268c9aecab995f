"""The sums of the days, as the month close reads them."""

from collections import Counter

from django.db.models import Sum

from traffic.models import ContractDay, Treatment


def added_up() -> Counter[str]:
    """The calls of all days, by treatment."""
    sums = ContractDay.objects.aggregate(**{t: Sum(t) for t in Treatment.values})
    return +Counter(sums)
