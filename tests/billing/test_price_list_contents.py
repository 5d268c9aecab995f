"""What a price list may say, told with its place where it says something else."""

import datetime as dt
import json

import pytest

from billing.admin.codes import EVERY, listed_codes, prices_today
from billing.models import PriceList
from tests.support.october import make_price_list
from tests.support.price_lists import FUTURE, form, url

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
