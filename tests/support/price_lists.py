"""Price lists in the back office: their form and addresses."""

import datetime as dt
import json

from django.urls import reverse

FUTURE = dt.date(2099, 1, 1)


def url(name: str, *args) -> str:
    return reverse(
        f"admin:billing_pricelist_{name}",
        args=args,
        urlconf="vms_portal.urls.backoffice",
    )


def form(price_list, day, **changes) -> dict[str, object]:
    definition = json.dumps(price_list.definition | changes)
    return {"reference": "PL-X", "valid_from": day, "definition": definition}
