"""A customer with one of everything that has an address in the portal.

A test of tenancy has two of them, its own and a stranger's. What is shown of the
stranger's is told by ``marks``: texts that belong to it and to nobody else.
"""

import datetime as dt
from functools import cached_property

from django.utils import timezone

from billing.documents.parties import supplier_snapshot
from billing.models import ContractSummary, FileKind, Invoice, PriceList
from billing.services.files import store
from contracts.models import Contract
from numbers.models import GeographicNumber, Line, OptionPeriod, Site
from routing.models import (
    Announcement,
    Calendar,
    PlanVersion,
    ScreeningRule,
    SharedVersion,
)
from routing.services import plans
from tenants.models import ApiToken, Invitation, Member, Tenant, User
from tests.support.calls import make_call
from tests.support.october import make_price_list
from traffic.models import CallRecord
from vms_portal.kernel.data import secret_keys

FIRST_DAY = dt.date(2026, 10, 1)
NOTHING = {
    "channels": 1,
    "numbers": [],
    "monthly": [],
    "one_off": [],
    "options": [],
    "vat_rate": "21",
}
ROLES = tuple(role.value for role in Member.Role)


class World:
    """``code`` is two digits; numbers, references and names carry it."""

    def __init__(self, code: str, name: str) -> None:
        self.code, self.name, self.now = code, name, timezone.now()
        self.tenant = Tenant.objects.create(reference=name.upper(), name=f"{name} SA")

    @property
    def marks(self) -> list[str]:
        """Texts that no page or answer for another customer may contain."""
        return [
            self.name,
            f"+322550{self.code}",
            f"2 550 {self.code}",
            f"C-{self.code}",
            f"{self.code}@",
            f"2026-0{self.code}",
            self.name.lower(),
        ]

    def everything(self) -> None:
        """Make all of it now."""
        for name, part in vars(type(self)).items():
            if isinstance(part, cached_property):
                getattr(self, name)

    @cached_property
    def members(self) -> dict[str, Member]:
        return {role: self.make_member(role) for role in ROLES}

    def make_member(self, role: str, name: str = "") -> Member:
        name = name or role
        user = User.objects.create_user(
            f"{name}{self.code}@example.org", name=f"{self.name} {name}", language="en"
        )
        return Member.objects.create(tenant=self.tenant, user=user, role=role)

    @cached_property
    def colleague(self) -> Member:
        """A member whom nobody acts as: to be changed and deactivated."""
        return self.make_member("viewer", "colleague")

    @cached_property
    def former(self) -> Member:
        member = self.make_member("viewer", "former")
        Member.objects.filter(pk=member.pk).update(is_active=False)
        return member

    @cached_property
    def invitation(self) -> Invitation:
        return Invitation.objects.create(
            tenant=self.tenant,
            email=f"new{self.code}@example.org",
            role="viewer",
            token_hash=secret_keys.digest(f"invitation {self.code}"),
            invited_by=self.members["admin"].user,
            expires_at=self.now + dt.timedelta(days=7),
        )

    def token_of(self, role: str) -> ApiToken:
        return ApiToken.objects.create(
            tenant=self.tenant,
            member=self.members[role],
            name=f"{self.name} token",
            prefix="vms_xxxx",
            scopes=["numbers:read"],
            token_hash=secret_keys.digest(f"token {self.code} {role}"),
            expires_at=self.now + dt.timedelta(days=7),
        )

    @cached_property
    def token(self) -> ApiToken:
        return self.token_of("admin")

    @cached_property
    def contract(self) -> Contract:
        return Contract.objects.create(
            tenant=self.tenant,
            reference=f"C-{self.code}",
            state=Contract.State.ACTIVE,
            subscribed_on=FIRST_DAY,
            activated_on=FIRST_DAY,
        )

    @cached_property
    def site(self) -> Site:
        site = Site.objects.create(
            tenant=self.tenant, name=f"{self.name} house", slug=f"{self.name.lower()}-h"
        )
        Line.objects.create(tenant=self.tenant, site=site, e164=f"+322550{self.code}00")
        return site

    @cached_property
    def calendar(self) -> Calendar:
        return Calendar.objects.create(
            tenant=self.tenant,
            slug=f"{self.name.lower()}-days",
            name=self.name,
            definition={"weekly": {"mon": [["08:30", "12:00"]]}},
        )

    @cached_property
    def announcement(self) -> Announcement:
        return Announcement.objects.create(
            tenant=self.tenant,
            slug=f"{self.name.lower()}-says",
            name=self.name,
            language="fr",
            text=f"{self.name} says",
        )

    @cached_property
    def rule(self) -> ScreeningRule:
        return ScreeningRule.objects.create(
            tenant=self.tenant, kind="block", prefix="+3247"
        )

    @cached_property
    def shared_version(self) -> SharedVersion:
        return SharedVersion.objects.create(
            tenant=self.tenant,
            kind="calendar",
            key=self.calendar.slug,
            sequence=1,
            content={"name": self.name, "definition": self.calendar.definition},
        )

    @cached_property
    def number(self) -> GeographicNumber:
        """A number with a live plan and a draft."""
        number = GeographicNumber.objects.create(
            tenant=self.tenant,
            contract=self.contract,
            site=self.site,
            e164=f"+322550{self.code}01",
            label=f"{self.name} desk",
            activated_on=FIRST_DAY,
        )
        OptionPeriod.objects.create(
            tenant=self.tenant, number=number, option="CLASSIC", starts_on=FIRST_DAY
        )
        editor = self.members["editor"]
        draft = plans.open_draft(number=number, member=editor)
        plans.publish(draft=draft, member=editor, now=self.now)
        plans.open_draft(number=number, member=editor)
        return number

    @cached_property
    def draft(self) -> PlanVersion:
        return PlanVersion.objects.get(number=self.number, state="draft")

    @cached_property
    def call(self) -> CallRecord:
        return make_call(self.number, self.now - dt.timedelta(hours=1))

    @cached_property
    def price_list(self) -> PriceList:
        return PriceList.objects.first() or make_price_list()

    @cached_property
    def summary(self) -> ContractSummary:
        """A summary that was sent and has its PDF."""
        summary = ContractSummary.objects.create(
            tenant=self.tenant,
            contract=self.contract,
            version=1,
            state="sent",
            language="en",
            template_version="1",
            price_list=self.price_list,
            content={**NOTHING, "customer": self.name},
            created_at=self.now,
            created_by=self.members["admin"].user,
            sent_at=self.now,
        )
        store(summary, FileKind.PDF, f"%PDF {self.name}".encode())
        return summary

    @cached_property
    def invoice(self) -> Invoice:
        """An issued invoice with its PDF."""
        invoice = Invoice.objects.create(
            tenant=self.tenant,
            kind="invoice",
            entity="BE0",
            year=2026,
            number=int(self.code),
            reference=f"2026-0{self.code}000",
            month=FIRST_DAY,
            issued_on=FIRST_DAY,
            due_on=FIRST_DAY,
            issued_at=self.now,
            language="en",
            supplier=supplier_snapshot("en"),
            customer={"name": self.name},
            communication="",
            total_excl_vat=1,
            total_vat=0,
            total_incl_vat=1,
            request={},
        )
        store(invoice, FileKind.PDF, f"%PDF {self.name}".encode())
        return invoice
