"""The demo's customers with the numbers of the sample files."""

import csv
import datetime as dt
from pathlib import Path

import pytest

from contracts.models import Contract
from numbers.models import GeographicNumber, Line, Site

DEMO = Path(__file__).resolve().parents[2] / "demo"
SAMPLE = DEMO / "call-records-2026-10.csv"
NOW = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)


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
                tenant=tenant, contract=contract, e164=row["number"],
                site=sites[row["site"]], activated_on=row["activated_on"],
            )  # fmt: skip
        return contract

    return load


@pytest.fixture
def customers(acme, globex, load_numbers) -> tuple[Contract, Contract]:
    return (
        load_numbers(acme, "numbers-acme.csv"),
        load_numbers(globex, "numbers-globex.csv", activated_on="2026-10-16"),
    )
