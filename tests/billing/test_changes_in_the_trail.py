"""An event of a change says what was before and what is now."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from billing.models import PriceList, Promotion
from billing.services import prices
from numbers.models import GeographicNumber
from numbers.services import access, lines, options, policy, sites
from routing.services import every_number
from tenants.audit.actions import ACTIONS
from tenants.audit.details import details
from tenants.models import AuditEvent
from tenants.services import members, people
from tests.billing.closed_months import begin
from tests.billing.test_billed_orders import option_form
from tests.billing.test_closed_months_back_office import contract_form
from tests.support.billing_office import url
from tests.support.october import make_price_list
from vms_portal.kernel.formatting import display
from vms_portal.kernel.local_time import local_date

# What a password was is nobody's to read.
SECRET = {"person.password_changed"}
DAY = dt.timedelta(days=1)


@pytest.fixture
def office(staff_client, staff):
    staff_client.force_login(staff)
    return staff_client


@pytest.fixture
def number(customers) -> GeographicNumber:
    return GeographicNumber.objects.filter(contract=customers[0]).earliest("e164")


@pytest.fixture
def changes(
    office, staff, admin, editor, viewer, acme, number, customers, price_list, acting_as
) -> dict[str, Callable[[], Any]]:
    """What records each act of the trail that is called a change."""
    now, today, site = timezone.now(), local_date(timezone.now()), number.site

    def change_person() -> None:
        person = viewer.user
        form = {
            "email": person.email,
            "name": "Vera",
            "language": "en",
            "is_active": "on",
            "confirmed": "on",
            "reason": "wed",
        }
        office.post(url("tenants_user_change", person.pk), form)

    def change_profile() -> None:
        before, viewer.user.name = viewer.user.name, "Vera Maes"
        people.change_profile(user=viewer.user, name_before=before)

    def change_order() -> None:
        option = begin(customers[0], "option", dt.date(2026, 11, 10))
        office.post(
            url("billing_order_change", option.order_id),
            option_form(option, quantity="3"),
        )

    def change_prices() -> None:
        coming = make_price_list("PL-2099", dt.date(2099, 1, 1))
        coming.valid_from = dt.date(2099, 2, 1)
        with acting_as("vms_staff"):
            prices.enter(prices=coming, actor=staff, now=now)

    return {
        "person.email_changed": lambda: people.change_email(
            user=viewer.user,
            email="vera@elsewhere.example",
            by=staff,
            before=viewer.user.email,
        ),
        "person.name_changed": change_profile,
        "member.role_changed": lambda: members.change_role(
            by=admin, member=editor, role="viewer", expected="editor", now=now
        ),
        "member.access_changed": lambda: access.set_access(
            member=viewer,
            by=admin,
            sees_all=False,
            sites=[],
            numbers=[number],
            expected=access.fingerprint(viewer),
            now=now,
        ),
        "number.option_changed": lambda: options.change_option(
            number=number, option="DRS", from_day=today + DAY, today=today, actor=staff
        ),
        "site.changed": lambda: sites.update_site(
            site=site, name="Ghent", street="", postal_code="", city="", member=admin
        ),
        "site.line_changed": lambda: lines.note_lines(
            changes=[lines.LineChange(site, "+3225501200", "+32475123456")],
            actor=staff,
            now=now,
        ),
        "destination.policy_changed": lambda: policy.set_destination_policy(
            tenant=acme, opt_in=[], international=["+33"], daily_cap=5, actor=staff
        ),
        "contract.changed": lambda: office.post(
            url("contracts_contract_change", customers[0].pk),
            contract_form(customers[0], reference="C-NEW"),
        ),
        "order.changed": change_order,
        "pricelist.changed": change_prices,
        "safety.changed": lambda: every_number.set_safety_destination(
            destination="+3226600000", member=editor, now=now
        ),
        "staff.changed": change_person,
    }


def both_sides(value: Any) -> bool:
    """Does the detail name a state before and one after, at some depth?"""
    if isinstance(value, list):
        return any(map(both_sides, value))
    if not isinstance(value, dict):
        return False
    return {"before", "after"} <= set(value) or any(map(both_sides, value.values()))


CHANGES = sorted({a for a in ACTIONS if a.endswith("changed")} - SECRET)


@pytest.mark.parametrize("action", CHANGES)
def test_every_change_says_what_was_before(changes, action):
    changes[action]()
    events = AuditEvent.objects.filter(action=action)
    assert events
    assert [event.detail for event in events if not both_sides(event.detail)] == []


def test_what_says_only_what_is_now_is_found():
    """The control."""
    assert not both_sides({"all": False, "sites": [], "numbers": ["+3225501200"]})
    assert both_sides({"lines": [{"changes": {"city": {"before": "", "after": "x"}}}]})


def test_the_access_a_member_had_is_told(changes, viewer, number):
    changes["member.access_changed"]()
    detail = AuditEvent.objects.get(action="member.access_changed").detail
    assert detail == {
        "before": {"all": True, "sites": [], "numbers": []},
        "after": {"all": False, "sites": [], "numbers": [number.e164]},
    }
    assert details(detail) == [
        ("before", "all numbers: yes"),
        ("after", f"all numbers: no; numbers: {display(number.e164)}"),
    ]


def test_the_safety_destination_that_was_is_told(changes, editor):
    changes["safety.changed"]()
    every_number.set_safety_destination(
        destination="", member=editor, now=timezone.now()
    )
    found = AuditEvent.objects.filter(action="safety.changed").order_by("pk")
    assert [event.detail for event in found] == [
        {"before": "", "after": "+3226600000"},
        {"before": "+3226600000", "after": ""},
    ]


def test_rows_of_a_page_are_told_as_they_were_and_as_they_are(office, customers):
    contract = customers[0]
    where = url("contracts_contract_change", contract.pk)
    row = {
        "promotions-TOTAL_FORMS": "1",
        "promotions-0-code": "SUB",
        "promotions-0-percent": "50",
        "promotions-0-starts_on": "2099-10-01",
    }
    office.post(where, contract_form(contract, **row))
    key = {"promotions-0-id": Promotion.objects.get().pk, "promotions-INITIAL_FORMS": 1}
    office.post(
        where, contract_form(contract, **row, **key) | {"promotions-0-percent": "40"}
    )
    gone = {"promotions-0-DELETE": "on", "promotions-0-percent": "40"}
    office.post(where, contract_form(contract, **row, **key) | gone)
    assert not Promotion.objects.exists()
    found = AuditEvent.objects.filter(action="contract.changed").order_by("pk")
    told = [event.detail["rows"][0]["changes"]["percent"] for event in found]
    assert [(one["before"], one["after"]) for one in told] == [
        (None, "50"),
        ("50.00", "40"),
        ("40.00", None),
    ]


def test_a_new_price_says_what_it_replaces(price_list, staff, acting_as):
    coming = make_price_list("PL-2099", dt.date(2099, 1, 1))
    part = sorted(coming.definition)[0]
    before = coming.definition[part]
    changed = PriceList.objects.get(pk=coming.pk)
    changed.definition = {**coming.definition, part: None}
    with acting_as("vms_staff"):
        prices.enter(prices=changed, actor=staff, now=timezone.now())
    detail = AuditEvent.objects.get(action="pricelist.changed").detail
    assert detail["changes"] == {part: {"before": before, "after": None}}
