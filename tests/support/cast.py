"""The cast: Acme's people, a stranger of Globex, the operator's staff."""

import datetime as dt

import pytest

from contracts.models import Contract
from numbers.models import GeographicNumber, Line, OptionPeriod, ServiceOption, Site
from tenants.models import Member, Tenant, User

FIRST_DAY = dt.date(2026, 10, 1)


@pytest.fixture
def make_member(db):
    def make(tenant: Tenant, role: str, **fields) -> Member:
        name = f"{role}-{User.objects.count()}"
        user = User.objects.create_user(
            f"{name}@{tenant.reference.lower()}.example", name=name, language="en"
        )
        return Member.objects.create(tenant=tenant, user=user, role=role, **fields)

    return make


@pytest.fixture
def acme(db) -> Tenant:
    return Tenant.objects.create(reference="ACME", name="Acme SA", legal_form="SA")


@pytest.fixture
def globex(db) -> Tenant:
    return Tenant.objects.create(reference="GLOBEX", name="Globex NV", language="nl")


@pytest.fixture
def admin(acme, make_member) -> Member:
    return make_member(acme, Member.Role.ADMIN)


@pytest.fixture
def editor(acme, make_member) -> Member:
    return make_member(acme, Member.Role.EDITOR)


@pytest.fixture
def operator_member(acme, make_member) -> Member:
    return make_member(acme, Member.Role.OPERATOR)


@pytest.fixture
def finance(acme, make_member) -> Member:
    return make_member(acme, Member.Role.FINANCE)


@pytest.fixture
def viewer(acme, make_member) -> Member:
    return make_member(acme, Member.Role.VIEWER)


@pytest.fixture
def stranger(globex, make_member) -> Member:
    return make_member(globex, Member.Role.ADMIN)


@pytest.fixture
def staff(db) -> User:
    return User.objects.create_superuser(
        "root@operator.example", name="Root", language="en"
    )


@pytest.fixture
def make_contract(db):
    def make(tenant: Tenant, **fields) -> Contract:
        values = {
            "reference": f"C{Contract.objects.count() + 1}",
            "state": Contract.State.ACTIVE,
            "subscribed_on": dt.date(2026, 9, 14),
            "activated_on": FIRST_DAY,
        }
        return Contract.objects.create(tenant=tenant, **{**values, **fields})

    return make


@pytest.fixture
def contract(acme, make_contract) -> Contract:
    return make_contract(acme)


@pytest.fixture
def site(acme) -> Site:
    site = Site.objects.create(tenant=acme, name="Brussels", slug="brussels")
    Line.objects.create(tenant=acme, site=site, e164="+3225501200")
    return site


@pytest.fixture
def make_number(db):
    def make(
        contract: Contract,
        site: Site,
        e164: str,
        option=ServiceOption.CLASSIC,
        **fields,
    ):
        number = GeographicNumber.objects.create(
            tenant=contract.tenant,
            contract=contract,
            site=site,
            e164=e164,
            **{"activated_on": FIRST_DAY, **fields},
        )
        OptionPeriod.objects.create(
            tenant=contract.tenant,
            number=number,
            option=option,
            starts_on=number.activated_on,
        )
        return number

    return make


@pytest.fixture
def number(contract, site, make_number) -> GeographicNumber:
    return make_number(contract, site, "+3225501200")
