"""The demo's customers: who they are, their numbers, contracts and orders."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

from django.conf import settings

from billing.models import ContractOption, OneOff, Order, PriceList
from billing.services import contracts, summaries
from contracts.models import Contract
from demo import people
from numbers.models import DestinationPolicy, Line, Site
from numbers.services.importing import import_numbers
from tenants.models import Member, Tenant, User
from tenants.services.invitations import invite
from vms_portal.kernel.data.row_security import (
    person_scope,
    presented_email,
    tenant_scope,
)
from vms_portal.kernel.local_time import BRUSSELS

HERE = Path(__file__).resolve().parents[1]
TENANTS = (
    Tenant(
        reference="ACME",
        name="Acme",
        legal_form="SA",
        vat_number="BE0123456749",
        street="Rue de la Loi 200",
        postal_code="1040",
        city="Bruxelles",
        language="fr",
        billing_email="compta@acme.example",
        buyer_reference="PO-2026-7",
    ),
    Tenant(
        reference="GLOBEX",
        name="Globex",
        legal_form="NV",
        vat_number="BE0876543270",
        street="Korenmarkt 3",
        postal_code="9000",
        city="Gent",
        language="nl",
        billing_email="boekhouding@globex.example",
    ),
)
ADDRESSES = {
    "brussels": ("Rue de la Loi 200", "1040", "Bruxelles"),
    "gent": ("Korenmarkt 3", "9000", "Gent"),
}


def at(day: str, time: str = "09:00") -> dt.datetime:
    """Return the instant of a local time of the demo's story."""
    return dt.datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=BRUSSELS)


def load_people(now: dt.datetime) -> None:
    """Create tenants and people."""
    for tenant in TENANTS:
        Tenant.objects.get_or_create(
            reference=tenant.reference,
            defaults={
                field.attname: getattr(tenant, field.attname)
                for field in Tenant._meta.concrete_fields
                if field.name not in ("id", "created_at", "reference")
            },
        )
    people.load(now)
    # More mobiles than a customer may add in one day: staff said that this one may.
    DestinationPolicy.objects.create(
        tenant=Tenant.objects.get(reference="ACME"), daily_cap=30
    )


def load_prices() -> None:
    definition = json.loads((HERE / "price-list-2026.json").read_text())
    PriceList.objects.create(
        reference=definition.pop("id"),
        valid_from=definition.pop("valid_from"),
        definition=definition,
    )


def load_contracts() -> None:
    """Each contract goes its legal way: summary sent, agreed, then active."""
    sales = User.objects.get(email="sam@operator.example")
    acme = _contract("ACME", "C-2026-001", dt.date(2026, 9, 14), 16)
    globex = _contract("GLOBEX", "C-2026-002", dt.date(2026, 10, 7), 8)
    _numbers(acme, "numbers-acme.csv", at("2026-09-14", "10:00"))
    _numbers(globex, "numbers-globex.csv", at("2026-10-07", "10:00"))
    _agree(acme, sales, at("2026-09-14", "14:00"), dt.date(2026, 10, 1))
    _agree(globex, sales, at("2026-10-07", "14:00"), dt.date(2026, 10, 16))
    _orders(acme, globex)


def load_invitation(now: dt.datetime) -> None:
    """Have the people join, and leave one invitation open, to look at."""
    people.join()
    with presented_email("alice@acme.example"):
        user = User.objects.get(email="alice@acme.example")
    with person_scope(user.pk):
        alice = Member.objects.select_related("tenant", "user").get(user=user)
    with tenant_scope(alice.tenant_id):
        invite(by=alice, email="paul@acme.example", role=Member.Role.VIEWER, now=now)


def _contract(
    reference: str, contract: str, subscribed_on: dt.date, channels: int
) -> Contract:
    return Contract.objects.create(
        tenant=Tenant.objects.get(reference=reference),
        reference=contract,
        subscribed_on=subscribed_on,
        channels=channels,
    )


def _numbers(contract: Contract, name: str, now: dt.datetime) -> None:
    with (HERE / name).open("rb") as file:
        outcome = import_numbers(
            file=file, name=name, contract=contract, actor="demo", now=now
        )
    if outcome.problems:
        raise RuntimeError(f"{name}: {outcome.problems[0]}")
    for site in Site.objects.filter(tenant=contract.tenant):
        street, postal_code, city = ADDRESSES.get(site.slug, ("", "", site.name))
        site.street, site.postal_code, site.city = street, postal_code, city
        site.save(update_fields=["street", "postal_code", "city"])
        Line.objects.filter(site=site).update(channels=contract.channels)


def _agree(contract: Contract, sales: User, now: dt.datetime, start: dt.date) -> None:
    admin = Member.objects.filter(
        tenant=contract.tenant, role=Member.Role.ADMIN
    ).select_related("user", "tenant")[0]
    summary = summaries.draw_up(contract=contract, actor=sales, now=now)
    summaries.render(summary_id=summary.pk)
    summary.refresh_from_db()
    later = now + dt.timedelta(hours=1)
    sent = summaries.send(summary=summary, actor=sales, now=later)
    agreed = now + dt.timedelta(days=1)
    summaries.agree(
        summary=sent,
        member=admin,
        has_accepted_terms=True,
        address="127.0.0.1",
        now=agreed,
    )
    summaries.apply_agreement(summary_id=summary.pk, now=agreed)
    contracts.activate(contract=contract, activated_on=start, actor=sales, now=agreed)


def _orders(acme: Contract, globex: Contract) -> None:
    first = _order(acme, "O-2026-001", at("2026-09-14", "15:00"), "Alice Lambert")
    ContractOption.objects.create(
        tenant=acme.tenant,
        contract=acme,
        order=first,
        code="MSG_10",
        messages=12,
        starts_on=dt.date(2026, 10, 1),
    )
    _work(first, "INSTALL", "2026-10-01")
    second = _order(acme, "O-2026-002", at("2026-10-05", "11:00"), "Alice Lambert")
    _work(second, "PROG_LARGE", "2026-10-14")
    _work(second, "CONSULT_DAY", "2026-10-20", Decimal("1.5"))
    third = _order(globex, "O-2026-003", at("2026-10-07", "15:00"), "Gus Willems")
    _work(third, "INSTALL", "2026-10-16")


def _order(contract: Contract, reference: str, now: dt.datetime, who: str) -> Order:
    return Order.objects.create(
        tenant=contract.tenant,
        contract=contract,
        reference=reference,
        ordered_on=now.date(),
        terms_version=settings.OPERATOR.terms_version,
        accepted_by=who,
        accepted_at=now,
    )


def _work(order: Order, code: str, done: str, quantity: Decimal = Decimal(1)) -> None:
    OneOff.objects.create(
        tenant=order.tenant,
        contract=order.contract,
        order=order,
        code=code,
        quantity=quantity,
        completed_on=dt.date.fromisoformat(done),
    )
