"""The demo's October: two customers, their numbers, orders and call records."""

import csv
import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command

from billing.models import ContractOption, OneOff, Order, PriceList
from contracts.models import Contract
from numbers.models import GeographicNumber, Line, Site

DEMO = Path(__file__).resolve().parents[2] / "demo"
SAMPLE = DEMO / "call-records-2026-10.csv"
NOW = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)
OCTOBER = dt.date(2026, 10, 1)


@pytest.fixture
def load_numbers(make_contract):
    def load(tenant, name: str, **fields) -> Contract:
        contract = make_contract(tenant, **fields)
        sites: dict[str, Site] = {}
        for row in csv.DictReader((DEMO / name).open(encoding="utf-8")):
            if row["site"] not in sites:
                sites[row["site"]] = site = Site.objects.create(
                    tenant=tenant, name=row["site"], slug=row["site"].lower()
                )
                Line.objects.create(tenant=tenant, site=site, e164=row["number"])
            GeographicNumber.objects.create(
                tenant=tenant,
                contract=contract,
                e164=row["number"],
                site=sites[row["site"]],
                activated_on=row["activated_on"],
            )
        return contract

    return load


@pytest.fixture
def customers(acme, globex, load_numbers) -> tuple[Contract, Contract]:
    return (
        load_numbers(acme, "numbers-acme.csv"),
        load_numbers(
            globex,
            "numbers-globex.csv",
            activated_on=dt.date(2026, 10, 16),
            subscribed_on=dt.date(2026, 10, 7),
            channels=8,
        ),
    )


@pytest.fixture
def price_list(db) -> PriceList:
    """The seed's prices, in force from January 2026."""
    return make_price_list()


def make_price_list(reference="PL-2026", valid_from=dt.date(2026, 1, 1)) -> PriceList:
    definition = json.loads((DEMO / "price-list-2026.json").read_text())
    del definition["id"], definition["valid_from"]
    return PriceList.objects.create(
        reference=reference, valid_from=valid_from, definition=definition
    )


def order(contract: Contract, ordered_on: dt.date) -> Order:
    return Order.objects.create(
        tenant=contract.tenant,
        contract=contract,
        ordered_on=ordered_on,
        reference=f"O{Order.objects.count() + 1}",
    )


def one_off(contract: Contract, code: str, ordered: str, done: str, quantity="1"):
    return OneOff.objects.create(
        tenant=contract.tenant,
        contract=contract,
        code=code,
        order=order(contract, dt.date.fromisoformat(ordered)),
        completed_on=dt.date.fromisoformat(done),
        quantity=Decimal(quantity),
    )


@pytest.fixture
def orders(customers, price_list) -> None:
    """What both customers ordered for October (samples' expected totals)."""
    acme, globex = customers
    ContractOption.objects.create(
        tenant=acme.tenant,
        contract=acme,
        code="MSG_10",
        messages=12,
        order=order(acme, dt.date(2026, 9, 14)),
        starts_on=OCTOBER,
    )
    one_off(acme, "INSTALL", "2026-09-14", "2026-10-01")
    one_off(acme, "PROG_LARGE", "2026-10-05", "2026-10-14")
    one_off(acme, "CONSULT_DAY", "2026-10-05", "2026-10-20", "1.5")
    one_off(globex, "INSTALL", "2026-10-07", "2026-10-16")


@pytest.fixture
def october(orders) -> None:
    """Everything October's invoices need, its calls included."""
    call_command("import_call_records", str(SAMPLE), now=NOW, verbosity=0)
