"""What a price list would change for those who ordered already."""

import datetime as dt

from billing.models import Order, PriceList
from contracts.models import Contract


def priced_days(valid_from: dt.date, *, ignoring: int | None = None) -> list[dt.date]:
    """Return the days of orders and subscriptions that a list would price, sorted.

    It holds from ``valid_from`` until the next list; ``ignoring`` is the key of a
    list that is being changed itself.
    """
    later = PriceList.objects.filter(valid_from__gt=valid_from).order_by("valid_from")
    following = later.exclude(pk=ignoring).first() if ignoring else later.first()
    end = following.valid_from if following else dt.date.max
    span = (valid_from, end - dt.timedelta(days=1))
    ordered = Order.objects.filter(ordered_on__range=span)
    subscribed = Contract.objects.filter(subscribed_on__range=span)
    return sorted(
        {
            *ordered.values_list("ordered_on", flat=True),
            *subscribed.values_list("subscribed_on", flat=True),
        }
    )
