"""Price lists begin on a day to come, and can be withdrawn until then."""

import datetime as dt
import json
import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from billing.admin.codes import EVERY, listed_codes, prices_today
from billing.models import PriceList
from billing.services import prices as service
from billing.services.summaries import draw_up
from tenants.models import AuditEvent
from tests.support.crossing import Lock, crossed
from tests.support.october import NOW, make_price_list, order
from tests.support.races import at_once
from vms_portal.kernel.local_time import local_date

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


@pytest.mark.parametrize("days", [-400, -1, 0])
def test_a_list_of_the_past_or_of_today_is_refused(
    staff_client, price_list, staff, days
):
    day = local_date(timezone.now()) + dt.timedelta(days=days)
    staff_client.force_login(staff)

    answer = staff_client.post(url("add"), form(price_list, day))

    assert "begins on a future date" in answer.text
    assert PriceList.objects.get() == price_list


def test_a_list_of_tomorrow_is_taken_and_recorded(staff_client, price_list, staff):
    day = local_date(timezone.now()) + dt.timedelta(days=1)
    staff_client.force_login(staff)

    staff_client.post(url("add"), form(price_list, day))

    assert PriceList.objects.get(reference="PL-X").valid_from == day
    event = AuditEvent.objects.get(action="pricelist.added")
    assert event.detail == {"from": day.isoformat()}


@pytest.mark.parametrize("what", ["order", "contract"])
def test_a_list_that_would_price_what_is_ordered_is_refused(
    staff_client, price_list, acme, make_contract, staff, what
):
    subscribed = FUTURE if what == "contract" else dt.date(2026, 9, 1)
    contract = make_contract(acme, reference="C-7", subscribed_on=subscribed)
    if what == "order":
        order(contract, FUTURE)
    staff_client.force_login(staff)

    for day in (FUTURE, FUTURE - dt.timedelta(days=30)):
        answer = staff_client.post(url("add"), form(price_list, day))
        assert "Something is ordered on days this list would price" in answer.text

    staff_client.post(url("add"), form(price_list, FUTURE + dt.timedelta(days=1)))
    assert PriceList.objects.filter(reference="PL-X").exists()


def test_a_list_to_come_is_not_moved_into_the_past(staff_client, price_list, staff):
    future = make_price_list("PL-FUTURE", FUTURE)
    staff_client.force_login(staff)
    moved = form(price_list, "2026-09-01") | {"reference": "PL-FUTURE"}

    answer = staff_client.post(url("change", future.pk), moved)

    assert "begins on a future date" in answer.text
    future.refresh_from_db()
    assert future.valid_from == FUTURE


def test_two_dates_in_one_form_are_refused(staff_client, price_list, staff):
    staff_client.force_login(staff)
    told = form(price_list, FUTURE, valid_from="2027-09-01")

    answer = staff_client.post(url("add"), told)

    assert "The JSON says valid_from 2027-09-01" in answer.text
    staff_client.post(url("add"), form(price_list, FUTURE, valid_from="2099-01-01"))
    assert "valid_from" not in PriceList.objects.get(reference="PL-X").definition


def test_the_service_refuses_the_past_as_well(price_list, staff):
    past = PriceList(
        reference="PL-Y", valid_from=local_date(NOW), definition=price_list.definition
    )
    with pytest.raises(service.NotToCome):
        service.enter(prices=past, actor=staff, now=NOW)


def test_the_database_refuses_the_past_to_staff_and_to_moves(price_list, acting_as):
    future = make_price_list("PL-FUTURE", FUTURE)
    past = dt.date(2026, 9, 1)
    refused = pytest.raises(IntegrityError, match="day to come")
    with acting_as("vms_staff"):
        with refused, transaction.atomic():
            make_price_list("PL-PAST", past)
        with refused, transaction.atomic():
            PriceList.objects.filter(pk=future.pk).update(valid_from=past)


def test_without_the_trigger_it_would_not(price_list, acting_as):
    """The control of the test above."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET ROLE vms_owner")
        cursor.execute("ALTER TABLE billing_pricelist DISABLE TRIGGER USER")
        cursor.execute("SET ROLE vms_worker")
    with acting_as("vms_staff"):
        make_price_list("PL-PAST", dt.date(2026, 9, 1))


def test_a_list_to_come_is_withdrawn_with_a_reason(staff_client, price_list, staff):
    future = make_price_list("PL-FUTURE", FUTURE)
    staff_client.force_login(staff)
    address = url("withdraw", future.pk)

    assert address in staff_client.get(url("change", future.pk)).text
    assert "the list before it goes on" in staff_client.get(address).text
    staff_client.post(address, {"reason": "", "confirmed": "on"})
    assert PriceList.objects.filter(pk=future.pk).exists()
    sent = {"reason": "A \u202etypo", "confirmed": "on"}
    answer = staff_client.post(address, sent, follow=True)

    assert "PL-FUTURE is withdrawn" in answer.text
    assert PriceList.objects.get() == price_list
    event = AuditEvent.objects.get(action="pricelist.withdrawn")
    assert event.target_label == "PL-FUTURE"
    assert event.detail["reason"] == "A typo"
    assert event.detail["prices"] == future.definition


@pytest.mark.django_db(transaction=True)
def test_a_list_is_withdrawn_while_somebody_changes_it(price_list, staff, acting_as):
    """Who changes it holds off orders, and then writes the row."""
    future = make_price_list("PL-FUTURE", FUTURE)
    orders = Lock("SELECT pg_advisory_xact_lock(7267, 0)")
    row = Lock("SELECT FROM billing_pricelist WHERE id = %s FOR UPDATE", [future.pk])
    crossing = crossed(orders, row, role="vms_staff")
    with acting_as("vms_staff"), crossing as ended:
        service.withdraw(prices=future, reason="A typo", actor=staff, now=NOW)
    assert ended == []
    assert not PriceList.objects.filter(pk=future.pk).exists()


def test_one_in_force_is_never_withdrawn(staff_client, price_list, staff):
    staff_client.force_login(staff)

    answer = staff_client.post(url("withdraw", price_list.pk), {"reason": "A typo"})

    assert answer.status_code == 403
    assert "/withdraw/" not in staff_client.get(url("change", price_list.pk)).text


def test_one_that_something_rests_on_is_not_withdrawn(
    price_list, make_draft, staff, files, acting_as
):
    future = make_price_list("PL-FUTURE", FUTURE)
    contract = make_draft("C-7", subscribed_on=FUTURE)
    with acting_as("vms_staff"), pytest.raises(service.AlreadyOrdered):
        service.withdraw(prices=future, reason="A typo", actor=staff, now=NOW)
    draw_up(contract=contract, actor=staff, now=NOW)
    type(contract).objects.filter(pk=contract.pk).update(
        subscribed_on=dt.date(2026, 9, 1)
    )
    with acting_as("vms_staff"), pytest.raises(service.InUse):
        service.withdraw(prices=future, reason="A typo", actor=staff, now=NOW)
    assert PriceList.objects.filter(pk=future.pk).exists()
    assert not AuditEvent.objects.filter(action="pricelist.withdrawn").exists()


WRONG_PRICES = [
    ('{"trm": {', "something is wrong in line 1, at character"),
    ("[1]", "An object of prices is expected."),
    ({"one_of": {"INSTALL": "120.00"}}, "one_of: this name is not known"),
    (
        {"subscription": {"mode": "flat_band", "bands": [{"upto": 20, "price": "1"}]}},
        "subscription › bands › 1 › upto: this name is not known",
    ),
    ({"options": {"MSG_10": 4.0}}, "options › MSG_10: A float is not exact"),
    ({"trm": {"per_call": "0.04"}}, "trm › monthly_minimum: A number of zero or more"),
    (
        {"trm": {"per_call": "1", "monthly_minimum": "1", "charge_basis": "all"}},
        "trm › charge_basis: One of rerouted, handled is expected.",
    ),
]


SHAPE = "A code is 1 to 40 capitals, digits and underscores."
WRONG_CODES = {
    "": "options",
    " ": "options ›  ",
    "STAT_\u202eX\u200b": "options › STAT_‹U+202E›X‹U+200B›",
    "install": "options › install",
    "STAT_ÉTÉ": "options › STAT_ÉTÉ",
    "C" * 41: f"options › {'C' * 41}",
    "C" * 5000: f"options › {'C' * 80}",
    "9" * 5000: f"options › {'9' * 80}",
}


@pytest.mark.parametrize("page", ["add", "change"])
@pytest.mark.parametrize("code", WRONG_CODES)
def test_a_code_nobody_could_order_is_told_with_its_place(
    staff_client, price_list, staff, code, page
):
    staff_client.force_login(staff)
    args = [make_price_list("PL-X", FUTURE).pk] if page == "change" else []
    answer = staff_client.post(
        url(page, *args), form(price_list, FUTURE, options={code: "4.00"})
    )
    assert f"{WRONG_CODES[code]}: {SHAPE}" in answer.text
    assert not PriceList.objects.filter(definition__options__has_key=code).exists()


def test_one_that_an_earlier_release_took_is_listed_and_mended(
    staff_client, price_list, staff
):
    old = PriceList.objects.create(
        reference="PL-X",
        valid_from=FUTURE,
        definition=price_list.definition | {"options": {"a\u202e": "4.00"}},
    )
    staff_client.force_login(staff)
    listed = staff_client.get(url("changelist"))
    assert f"options › a‹U+202E›: {SHAPE}" in listed.text
    assert "a‹U+202E›&quot;: &quot;4.00" in staff_client.get(url("change", old.pk)).text
    mended = form(price_list, FUTURE) | {"reference": "PL-X"}
    staff_client.post(url("change", old.pk), mended)
    old.refresh_from_db()
    assert old.definition == price_list.definition


def test_a_code_of_the_right_shape_is_taken(staff_client, price_list, staff):
    staff_client.force_login(staff)
    codes = {"STAT_1": "1.00", "C" * 40: "4.00"}
    staff_client.post(url("add"), form(price_list, FUTURE, options=codes))
    assert PriceList.objects.get(reference="PL-X").definition["options"] == codes


UNSTORABLE = "A text or a number in it cannot be stored."
WRONG_JSON = {
    r'{"options": {"a\u0000b": "4.00"}}': UNSTORABLE,
    r'{"options": {"\ud800": "4.00"}}': UNSTORABLE,
    r'{"on_quote": ["\u0000"]}': UNSTORABLE,
    '{"on_quote": NaN}': UNSTORABLE,
    '{"on_quote": 1e400}': UNSTORABLE,
    '{"one_off": {"INSTALL": "99999.00", "INSTALL": "120.00"}}': "“INSTALL” is there",
    '{"\u202e": 1, "\u202e": 2}': "“‹U+202E›” is there twice: which one holds?",
}


@pytest.mark.parametrize("page", ["add", "change"])
@pytest.mark.parametrize("written", WRONG_JSON)
def test_json_that_says_two_things_or_cannot_be_kept_is_refused(
    staff_client, price_list, staff, written, page
):
    """Taken, the last of two prices held; the database raised at a NUL."""
    staff_client.force_login(staff)
    args = [make_price_list("PL-X", FUTURE).pk] if page == "change" else []
    fixed = {name: price_list.definition[name] for name in ("subscription", "trm")}
    sent = form(price_list, FUTURE)
    sent["definition"] = json.dumps(fixed)[:-1] + ", " + written[1:]
    answer = staff_client.post(url(page, *args), sent)
    assert WRONG_JSON[written] in answer.text
    assert PriceList.objects.count() == len(args) + 1


def test_a_list_that_names_no_options_leaves_the_orders_alone(price_list):
    named = {"options": None, "one_off": None}
    today = PriceList.objects.create(
        reference="PL-X",
        valid_from=dt.date(2026, 9, 2),
        definition=price_list.definition | named,
    )
    assert today.valid_from > price_list.valid_from
    listed = price_list.definition["options"]
    assert listed_codes("options") == set(listed)
    assert prices_today(EVERY) == {}


@pytest.mark.parametrize(("changes", "told"), WRONG_PRICES)
def test_prices_that_are_wrong_are_told_with_their_place(
    staff_client, price_list, staff, changes, told
):
    staff_client.force_login(staff)
    sent = form(price_list, FUTURE, **(changes if isinstance(changes, dict) else {}))
    if isinstance(changes, str):
        sent["definition"] = changes
    answer = staff_client.post(url("add"), sent)
    assert told in answer.text.replace("&quot;", '"')
    assert answer.text.count("An object of prices is expected.") <= 1
    assert PriceList.objects.count() == 1


def test_a_new_list_begins_empty_with_an_example(staff_client, staff):
    staff_client.force_login(staff)
    page = staff_client.get(url("add"))
    assert page.context["adminform"].form["definition"].value() == ""
    assert "monthly_minimum" in page.text


def test_a_list_is_read_in_words(staff_client, price_list, staff):
    bands = [{"up_to": 20, "price": "53.30"}, {"up_to": 100, "price": "99"}]
    subscription = {"mode": "flat_band", "bands": bands, "max_channels": 30}
    to_come = PriceList.objects.create(
        reference="PL-X",
        valid_from=FUTURE,
        definition=price_list.definition | {"subscription": subscription},
    )
    staff_client.force_login(staff)
    page = staff_client.get(url("change", to_come.pk)).text
    for words in (
        "1 to 20: €53.30 in all",
        "21 to 100: €99.00 in all",
        "more than 100: on quotation",
        "up to 30",
        "€0.04",
        "Installation, once",
        "€15.00, by days in a part of a month",
    ):
        assert words in page
    in_force = staff_client.get(url("change", price_list.pk)).text
    assert "€0.04" in in_force
    assert "per_call" not in in_force
    assert "1 to 20: €53.30 in all" in staff_client.get(url("changelist")).text


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["order", "contract"])
@pytest.mark.parametrize("is_held", [True, False])
def test_a_list_waits_for_what_is_ordered_at_the_same_moment(
    price_list, acme, make_contract, staff, acting_as, monkeypatch, what, is_held
):
    """Else the order would have other prices than those it was made with.

    Without the lock the list is taken: the control.
    """
    if not is_held:
        monkeypatch.setattr(service, "hold_off_orders", lambda: None)
    contract = make_contract(acme, reference="C-7", subscribed_on=dt.date(2026, 9, 1))
    definition = price_list.definition
    ordered, entered = threading.Event(), threading.Event()

    def order_something() -> None:
        with transaction.atomic(), acting_as("vms_staff"):
            if what == "order":
                order(contract, FUTURE)
            else:
                make_contract(acme, reference="C-8", subscribed_on=FUTURE)
            ordered.set()
            entered.wait(timeout=1)

    def enter_list() -> None:
        ordered.wait()
        prices = PriceList(reference="PL-X", valid_from=FUTURE, definition=definition)
        with acting_as("vms_staff"):
            service.enter(prices=prices, actor=staff, now=timezone.now())
        entered.set()

    _ordered, outcome = at_once(order_something, enter_list)
    assert isinstance(outcome, service.AlreadyOrdered) is is_held
    assert PriceList.objects.filter(reference="PL-X").exists() is not is_held
