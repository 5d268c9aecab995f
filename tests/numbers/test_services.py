"""Numbers come and go, options change at midnight, names are corrected."""

import datetime as dt
import threading
import time
from contextlib import suppress

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from numbers.models import GeographicNumber, OptionPeriod, Site
from numbers.services import inventory, options, sites, stopping
from tenants.models import AuditEvent
from tests.support.races import at_once

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 23)
NEW_YEAR = dt.date(2027, 1, 1)


def periods(number) -> list[tuple]:
    found = OptionPeriod.objects.filter(number=number).order_by("starts_on")
    return list(found.values_list("option", "starts_on", "ends_on"))


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


def change(number, option="DRS", from_day=NEW_YEAR):
    return options.change_option(
        number=number, option=option, from_day=from_day, today=TODAY, actor="test"
    )


def test_a_number_is_added_with_its_option(contract, site):
    number = inventory.add_number(
        contract=contract,
        site=site,
        e164="+3225501299",
        option="DRS",
        activated_on=TODAY,
        actor="test",
        label=" Front\u202e desk ",
    )
    assert number.label == "Front desk"
    assert periods(number) == [("DRS", TODAY, None)]
    assert actions() == ["number.added"]


@pytest.mark.parametrize("e164", ["+32470112233", "+3290012345", "+33123456789", "112"])
def test_only_geographic_numbers_are_added(contract, site, e164):
    with pytest.raises(inventory.NotGeographic):
        inventory.add_number(
            contract=contract,
            site=site,
            e164=e164,
            option="DRS",
            activated_on=TODAY,
            actor="test",
        )


def test_a_number_in_service_elsewhere_is_not_added(
    number, globex, make_contract, site
):
    gent = Site.objects.create(tenant=globex, name="Gent", slug="gent")
    with pytest.raises(inventory.NumberTaken):
        inventory.add_number(
            contract=make_contract(globex),
            site=gent,
            e164=number.e164,
            option="DRS",
            activated_on=TODAY,
            actor="test",
        )
    assert actions() == []


def test_a_release_ends_the_options_too(number):
    change(number)
    inventory.release_number(number=number, last_day=TODAY, actor="test")
    assert periods(number) == [("CLASSIC", number.activated_on, TODAY)]
    assert GeographicNumber.objects.get().released_on == TODAY
    with pytest.raises(inventory.AlreadyReleased):
        inventory.release_number(number=number, last_day=TODAY, actor="test")


def test_many_numbers_end_with_their_contract_in_as_many_statements_as_one(
    contract, site, make_number, make_contract, acme
):
    counts = []
    for place, many in enumerate((1, 7)):
        own = make_contract(acme, reference=f"C-{many}")
        for n in range(many):
            make_number(own, site, f"+32255012{place}{n}")
        with CaptureQueriesContext(connection) as asked:
            done = inventory.release_numbers_of(
                contract=own, last_day=TODAY, actor="test"
            )
        assert done == many
        counts.append(len(asked))
        ended = GeographicNumber.objects.filter(contract=own)
        assert {n.released_on for n in ended} == {TODAY}
        assert {n.history.latest().released_on for n in ended} == {TODAY}
    assert counts[0] == counts[1]


def test_a_last_day_before_the_first_is_refused(number):
    with pytest.raises(inventory.BeforeFirstDay):
        inventory.release_number(
            number=number, last_day=dt.date(2026, 9, 30), actor="test"
        )


def test_an_option_changes_without_gap_or_overlap(number):
    change(number)
    assert periods(number) == [
        ("CLASSIC", number.activated_on, dt.date(2026, 12, 31)),
        ("DRS", NEW_YEAR, None),
    ]
    assert actions() == ["number.option_changed"]


def test_a_second_change_replaces_what_was_planned(number):
    change(number)
    change(number, "VOICE_CONTINUITY", dt.date(2026, 12, 1))
    assert periods(number) == [
        ("CLASSIC", number.activated_on, dt.date(2026, 11, 30)),
        ("VOICE_CONTINUITY", dt.date(2026, 12, 1), None),
    ]


def test_changing_back_to_the_option_in_force_leaves_one_period(number):
    change(number)
    change(number, "CLASSIC", NEW_YEAR)
    assert periods(number) == [("CLASSIC", number.activated_on, None)]


def test_a_change_ends_with_the_number(number):
    last = dt.date(2027, 3, 31)
    inventory.release_number(number=number, last_day=last, actor="test")
    assert change(number).ends_on == last
    with pytest.raises(options.NotInService):
        change(number, from_day=dt.date(2027, 4, 1))


@pytest.mark.parametrize("day", [TODAY, dt.date(2026, 10, 5)])
def test_an_option_never_changes_for_the_past(number, day):
    with pytest.raises(options.NotInTheFuture):
        change(number, from_day=day)


def test_the_same_option_is_no_change(number):
    with pytest.raises(options.SameOption):
        change(number, "CLASSIC")


def test_a_number_is_suspended_once_and_resumed_once(number):
    inventory.suspend_number(number=number, actor="test", now=NOW, reason="unpaid")
    assert GeographicNumber.objects.get().suspended_at == NOW
    with pytest.raises(inventory.AlreadySuspended):
        inventory.suspend_number(number=number, actor="test", now=NOW)
    inventory.resume_number(number=number, actor="test", now=NOW)
    with pytest.raises(inventory.NotSuspended):
        inventory.resume_number(number=number, actor="test", now=NOW)
    assert actions() == ["number.suspended", "number.resumed"]


@pytest.mark.django_db(transaction=True)
def test_who_suspends_many_and_who_ends_one_of_them_take_turns(
    contract, site, make_number, number, staff, monkeypatch
):
    other = make_number(contract, site, "+3225501298")
    both_locked, record = threading.Barrier(2), inventory.record

    def record_later(**act):
        if act["action"] == "number.released":
            with suppress(threading.BrokenBarrierError):
                both_locked.wait(timeout=1)
            time.sleep(0.2)
        elif act["target"] == number:
            with suppress(threading.BrokenBarrierError):
                both_locked.wait(timeout=1)
        return record(**act)

    monkeypatch.setattr(inventory, "record", record_later)
    results = at_once(
        lambda: stopping.suspend_numbers(
            numbers=[number, other], reason="unpaid", actor=staff, now=NOW
        ),
        lambda: stopping.end_number(
            number=other, last_day=TODAY, reason="moves", actor=staff, now=NOW
        ),
    )
    assert [type(result) for result in results] == [list, GeographicNumber]


def test_a_label_is_recorded_with_the_one_before(number, editor):
    inventory.update_label(number=number, label="Reception", member=editor)
    inventory.update_label(number=number, label="Reception ", member=editor)
    event = AuditEvent.objects.get()
    assert event.detail == {"before": "", "after": "Reception"}


def test_a_site_is_corrected_and_keeps_its_short_name(site, editor):
    values = {"name": "Brussels-South", "street": "Quai 1", "postal_code": "1060"}
    sites.update_site(site=site, member=editor, city="", **values)
    found = Site.objects.get()
    assert (found.name, found.slug, found.street) == (
        "Brussels-South",
        "brussels",
        "Quai 1",
    )
    assert set(AuditEvent.objects.get().detail) == {"name", "street", "postal_code"}
    with pytest.raises(sites.EmptyName):
        sites.update_site(
            site=site, member=editor, city="", **{**values, "name": "\u200b"}
        )
