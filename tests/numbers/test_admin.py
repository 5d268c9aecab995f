"""Staff find, add and change numbers in the back office."""

import datetime as dt
import html

import pytest

from numbers.models import GeographicNumber, Line, Site
from tenants.models import AuditEvent
from tests.support.numbers_office import NUMBERS, actions

TOMORROW = dt.date(2099, 1, 1)


@pytest.mark.parametrize(
    "search",
    [
        "+3225501200",
        "02 550 12 00",
        "0032 (0)2/550.12.00",
        "5501200",
        "recep",
        "32 (0)2 550 12 00",
    ],
)
def test_a_number_is_found_in_any_notation(office, contract, site, make_number, search):
    make_number(contract, site, "+3225501200", label="Reception")
    make_number(contract, site, "+3242501300")
    page = office.get(NUMBERS, {"q": search})
    assert "+32 2 550 12 00" in page.text
    assert "+32 4 250 13 00" not in page.text


@pytest.mark.parametrize(
    ("search", "is_found"),
    [
        ("Support 02 550 12 00", True),
        ("Acme +3225501200", True),
        ("Brussels 02 550 12", True),
        ("Support 2nd 02 550", False),
        ("Support 550 12 00", False),
        ("Support 5501200", False),
        ("Billing 02 550 12 00", False),
        ("Support 02 550 13", False),
    ],
)
def test_a_number_is_found_among_words_by_its_beginning(
    office, contract, site, make_number, search, is_found
):
    """Never by digits in the middle of it."""
    make_number(contract, site, "+3225501200", label="Support")
    make_number(contract, site, "+3242501300", label="Sales")
    page = office.get(NUMBERS, {"q": search})
    assert ("+32 2 550 12 00" in page.text) is is_found
    assert "+32 4 250 13 00" not in page.text


@pytest.mark.parametrize(
    "query",
    ["option=DRS", "option=x", "state=suspended", "state=active", "q=%27"],
)
def test_filters_answer(office, number, query):
    assert office.get(f"{NUMBERS}?{query}").status_code == 200


def test_a_nul_is_refused(office, number):
    assert office.get(f"{NUMBERS}?q=%00").status_code == 400


def test_the_list_asks_as_often_for_3_as_for_30_numbers(
    office, contract, site, make_number, django_assert_max_num_queries
):
    for i in range(30):
        make_number(contract, site, f"+32255012{i:02d}")
    with django_assert_max_num_queries(25):
        assert office.get(NUMBERS).status_code == 200


def test_a_number_is_added_in_any_notation(office, contract, site):
    values = {
        "contract": contract.pk,
        "site": site.pk,
        "e164": "02/550.12.99",
        "label": "Desk",
        "option": "DRS",
        "activated_on": "2026-11-01",
    }
    assert office.post(f"{NUMBERS}add/", values).status_code == 302
    number = GeographicNumber.objects.get()
    assert (number.e164, number.option_on(TOMORROW)) == ("+3225501299", "DRS")
    assert number.tenant == contract.tenant
    page = office.post(f"{NUMBERS}add/", values)
    assert "in service in this period" in page.text
    assert actions() == ["number.added"]


def change(office, number, **more):
    values = {"site": number.site_id, "label": number.label, **more}
    formset = {"option_periods-TOTAL_FORMS": 0, "option_periods-INITIAL_FORMS": 0}
    return office.post(f"{NUMBERS}{number.pk}/change/", {**values, **formset})


def test_a_number_is_renamed_and_its_option_planned(office, number):
    answer = change(
        office, number, label="Front", change_to="DRS", change_from="2099-01-01"
    )
    assert answer.status_code == 302
    number.refresh_from_db()
    assert number.label == "Front"
    assert number.option_on(dt.date(2098, 12, 31)) == "CLASSIC"
    assert number.option_on(TOMORROW) == "DRS"
    assert actions() == ["number.moved", "number.option_changed"]
    assert number.history.count() >= 2


def test_a_number_gets_a_last_day_once(office, number):
    asked = change(office, number, released_on="2099-01-01")
    assert "ends for good" in asked.text
    assert f"is the line of {number.site}: after that day" in html.unescape(asked.text)
    number.refresh_from_db()
    assert number.released_on is None
    answer = {"confirmed": "on", "reason": "moves away"}
    done = change(office, number, released_on="2099-01-01", **answer)
    assert done.status_code == 302
    change(office, number, released_on="2100-01-01", **answer)
    number.refresh_from_db()
    assert number.released_on == TOMORROW
    assert actions() == ["number.released"]
    assert AuditEvent.objects.get().detail["reason"] == "moves away"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"change_to": "DRS"}, "both the option and the day"),
        ({"change_to": "DRS", "change_from": "2026-10-05"}, "a future date"),
        ({"released_on": "2026-01-01"}, "before the first"),
        ({"change_to": "CLASSIC", "change_from": "2099-01-01"}, "already has this"),
    ],
)
def test_a_change_that_cannot_be_is_explained(office, number, values, told):
    answer = change(office, number, **values)
    if answer.status_code == 302:
        answer = office.get(f"{NUMBERS}{number.pk}/change/")
    assert told in answer.text
    assert actions() == []


def test_a_site_of_another_customer_is_refused(office, number, globex):
    theirs = Site.objects.create(tenant=globex, name="Gent", slug="gent")
    page = change(office, number, site=theirs.pk)
    assert "belongs to another customer" in page.text


def test_selected_numbers_are_suspended_and_resumed(office, number):
    for action, suspended in (("suspend", True), ("resume", False)):
        sent = {"action": action, "_selected_action": [number.pk]}
        asked = office.post(NUMBERS, sent).content.decode()
        assert "1 number" in asked
        assert "+32 2 550 12 00" in asked
        number.refresh_from_db()
        assert (number.suspended_at is not None) is not suspended
        answer = {"confirmed": "on", "reason": "unpaid"}
        office.post(NUMBERS, sent | answer)
        number.refresh_from_db()
        assert (number.suspended_at is not None) is suspended
    assert actions() == ["number.suspended", "number.resumed"]


def test_nobody_deletes_a_number(office, number):
    assert (
        office.post(f"{NUMBERS}{number.pk}/delete/", {"post": "yes"}).status_code == 403
    )
    assert "delete_selected" not in office.get(NUMBERS).text


@pytest.mark.parametrize("page", ["", "add/", "{pk}/change/", "{pk}/history/"])
def test_the_pages_of_sites_and_numbers_open(office, number, page):
    for name, pk in (("geographicnumber", number.pk), ("site", number.site_id)):
        assert office.get(f"/numbers/{name}/{page.format(pk=pk)}").status_code == 200


def test_who_moves_a_number_is_told_where_it_rings(office, number, acme):
    liege = Site.objects.create(tenant=acme, name="Liège", slug="liege")
    asked = change(office, number, site=liege.pk).text
    assert "Liège has no main line: while it is in service, +32 2 550 12" in asked
    Line.objects.create(tenant=acme, site=liege, e164="+3242501300", channels=8)
    asked = change(office, number, site=liege.pk).text
    assert "+32 2 550 12 00 rings +32 4 250 13 00 of Liège at once." in asked
    number.refresh_from_db()
    assert number.site != liege
    change(office, number, site=liege.pk, confirmed="on", reason="moved")
    number.refresh_from_db()
    assert number.site == liege


@pytest.mark.parametrize("option", ["VOICE_CONTINUITY", "DRS"])
def test_who_takes_voice_continuity_away_is_told_what_is_switched_off(
    option, office, contract, site, make_number
):
    """The control is a number that has no redirections to switch off."""
    number = make_number(contract, site, "+3225501208", option)
    values = {"change_to": "CLASSIC", "change_from": "2099-01-01"}
    asked = change(office, number, **values)
    told = "Redirections of +32 2 550 12 08 that are on are switched off on"
    assert (asked.status_code == 200 and told in asked.text) is (option != "DRS")
    change(office, number, **values, confirmed="on", reason="asked by the customer")
    assert number.option_on(TOMORROW) == "CLASSIC"
