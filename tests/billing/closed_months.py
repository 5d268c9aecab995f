"""What the tests of closed months share."""

import datetime as dt

from django.core.management import call_command
from django.db import connection
from django.db.models import QuerySet
from django.utils.html import strip_tags

from billing.models import ContractOption, Indexation, Promotion
from contracts.models import Contract
from numbers.models import GeographicNumber
from tests.support.october import NOW, OCTOBER, order

NOVEMBER = dt.date(2026, 11, 1)
DAY = dt.timedelta(days=1)
INSIDE = dt.date(2026, 10, 20)
LATER = dt.datetime(2026, 12, 2, tzinfo=dt.UTC)


def close(month="2026-10", now=NOW) -> None:
    call_command("close_month", month, now=now, verbosity=0)


def text_of(answer) -> str:
    return " ".join(strip_tags(answer.content.decode()).split())


def begin(contract: Contract, kind: str, day: dt.date):
    """Something of this kind that begins on ``day``."""
    tenant, site = contract.tenant, GeographicNumber.objects.all()[0].site
    make = {
        "contract": lambda: Contract.objects.create(
            tenant=tenant,
            reference="C-9",
            state="active",
            activated_on=day,
            subscribed_on=INSIDE,
        ),
        "number": lambda: GeographicNumber.objects.create(
            tenant=tenant,
            contract=contract,
            site=site,
            e164="+3225501299",
            activated_on=day,
        ),
        "option": lambda: ContractOption.objects.create(
            tenant=tenant,
            contract=contract,
            order=order(contract, OCTOBER),
            code="REC_500MB",
            starts_on=day,
        ),
        "promotion": lambda: Promotion.objects.create(
            tenant=tenant, contract=contract, code="SUB", percent=50, starts_on=day
        ),
        "indexation": lambda: Indexation.objects.create(
            tenant=tenant,
            contract=contract,
            effective_on=day.replace(day=1),
            factor="1.02",
            applies_to=["SUB"],
            notified_on=OCTOBER,
        ),
    }
    return make[kind]()


def put_back(rows: QuerySet, state: str) -> None:
    """Give rows a state that the database refuses them, as if they had not got on."""
    table = rows.model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET ROLE vms_owner")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("SET ROLE vms_worker")
        rows.update(state=state)
        cursor.execute(f"SET ROLE vms_owner; ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("SET ROLE vms_worker")
