"""A customer of 1,000 numbers with a member; prints whom and which number."""

import datetime as dt
import json
import sys

from contracts.models import Contract
from numbers.models import GeographicNumber, OptionPeriod, ServiceOption, Site
from tenants.models import Member, Tenant, User
from vms_portal.kernel.data.row_security import system_scope

NUMBERS = 1_000
FIRST = dt.date(2026, 9, 1)


def main() -> None:
    with system_scope():
        tenant = Tenant.objects.create(reference="PAGES", name="Pages SA")
        user = User.objects.create_user("bench@pages.example", name="B", language="en")
        Member.objects.create(tenant=tenant, user=user, role=Member.Role.VIEWER)
        contract = Contract.objects.create(
            tenant=tenant,
            reference="PAGES",
            state=Contract.State.ACTIVE,
            subscribed_on=FIRST,
            activated_on=FIRST,
        )
        site = Site.objects.create(tenant=tenant, name="Ghent", slug="ghent")
        numbers = make_numbers(contract, site)
    json.dump({"user": user.pk, "number": numbers[0].pk}, sys.stdout)


def make_numbers(contract: Contract, site: Site) -> list[GeographicNumber]:
    numbers = GeographicNumber.objects.bulk_create(
        GeographicNumber(
            tenant=contract.tenant,
            contract=contract,
            site=site,
            e164=f"+329{3_000_000 + index}",
            activated_on=FIRST,
        )
        for index in range(NUMBERS)
    )
    OptionPeriod.objects.bulk_create(
        OptionPeriod(
            tenant=contract.tenant,
            number=number,
            option=ServiceOption.CLASSIC,
            starts_on=FIRST,
        )
        for number in numbers
    )
    return numbers
