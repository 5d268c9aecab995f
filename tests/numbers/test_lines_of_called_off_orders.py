"""What is asked when a number ends, and what its sites ring then, is one rule."""

import datetime as dt
import html

import pytest
from django.utils import timezone

from contracts.models import Contract
from numbers.admin.stopping import lines_words
from numbers.models import GeographicNumber, Line
from numbers.services.lines import LineChange, note_lines
from routing.decisions.ended_digits import ended_digits
from routing.models import CompiledPlan, KnownDestination
from tests.numbers.test_admin import change
from tests.support.billing_office import read
from tests.support.ended_lines import DAY, ELSEWHERE, GONE, divert, noon, rings
from tests.support.mails import send_due
from tests.support.number_files import HEADER
from vms_portal.kernel.formatting import day_words
from vms_portal.kernel.local_time import local_date

GOES, STAYS = "is the line of", "stays the line of"


def end(office, number, day: dt.date) -> str:
    """End a number by the form; return what was asked."""
    asked = html.unescape(change(office, number, released_on=day.isoformat()).text)
    answer = {"confirmed": "on", "reason": "typing error"}
    done = change(office, number, released_on=day.isoformat(), **answer)
    assert done.status_code == 302
    return asked


@pytest.mark.parametrize("line", ["", GONE])
@pytest.mark.parametrize("last", [3, 4])
def test_a_line_that_came_with_an_order_goes_with_it(
    load, fresh_office, number, admin, editor, now, line, last
):
    """By default, or written beside the number as an export writes it."""
    day = local_date(now) + 3 * DAY
    outcome = load(f"{HEADER},line\n{GONE},Aalst,CLASSIC,{day},{line}\n", now=now)
    assert outcome.problems == []
    # The digits may be somebody else's until then: the administrators read it.
    assert "Aalst: " in send_due()[0].body
    divert(number, editor, timezone.now(), "site:aalst")
    assert rings(number, noon(1)) == {True}
    ordered = GeographicNumber.objects.get(e164=GONE)
    asked = end(fresh_office, ordered, local_date(now) + last * DAY)
    assert f"{GOES} Aalst: after that day" in asked
    assert STAYS not in asked
    mails = [mail for mail in send_due() if "The service of this number" in mail.body]
    assert all("go their next way" in mail.body for mail in mails)
    assert all("- Aalst" in mail.body for mail in mails)
    assert mails
    assert rings(number, noon(last)) == {True}
    for days in (last + 1, last + 2, 30):
        assert rings(number, noon(days)) == {False}
    assert GONE not in str(CompiledPlan.objects.get(number=number).body)


def test_a_line_written_in_a_file_beside_another_number_is_chosen(
    load, fresh_office, number, editor, now, was_theirs
):
    """The control: the order stands at another site."""
    ordered = was_theirs(3, None)
    row = f"+3225501211,Aalst,CLASSIC,{local_date(now)},{GONE}"
    assert load(f"{HEADER},line\n{row}\n", now=now).problems == []
    divert(number, editor, timezone.now(), "site:aalst")
    asked = end(fresh_office, ordered, ordered.activated_on)
    assert f"{STAYS} Aalst" in asked
    assert rings(number, noon(30)) == {True}


def test_the_line_of_an_order_waits_where_the_digits_were_theirs_before(
    load, fresh_office, number, admin, editor, now, was_theirs, acme
):
    """Nothing is told of it: until the order begins nothing rings there."""
    was_theirs(-60, -5)
    day = local_date(now) + 3 * DAY
    assert load(f"{HEADER}\n{GONE},Aalst,CLASSIC,{day}\n", now=now).problems == []
    assert send_due() == []
    line = Line.objects.filter(site__slug="aalst")
    line.update(told_at=now)
    divert(number, editor, timezone.now(), "site:aalst")
    line.update(told_at=None)
    for days, goes in ((1, False), (2, False), (3, True), (30, True)):
        assert rings(number, noon(days)) == {goes}
    ordered = GeographicNumber.objects.get(e164=GONE, activated_on=day)
    assert f"{GOES} Aalst" in end(fresh_office, ordered, day)
    assert rings(number, noon(4)) == {False}
    # The control: in the row of another number the digits are chosen.
    row = f"+3225501211,Namur,CLASSIC,{local_date(now)},{GONE}"
    assert load(f"{HEADER},line\n{row}\n", now=now).problems == []
    assert any("Namur: +32 4 250 13 88" in mail.body for mail in send_due())
    assert rings(number, noon(4)) == {True}


@pytest.mark.parametrize("told_on", [None, -30, -1])
@pytest.mark.parametrize("is_known", [False, True])
@pytest.mark.parametrize(("first", "last"), [(0, 0), (-5, 0), (3, 3), (3, 5)])
def test_the_question_says_what_is_compiled(
    fresh_office,
    number,
    gent,
    editor,
    now,
    was_theirs,
    acme,
    told_on,
    is_known,
    first,
    last,
):
    Line.objects.filter(site=gent).update(e164=GONE)
    if told_on is not None:
        changed = [LineChange(gent, ELSEWHERE, GONE)]
        note_lines(changes=changed, actor="test", now=noon(told_on))
    if is_known:
        KnownDestination.objects.create(
            tenant=acme, e164=GONE, first_used_at=noon(-20), added_by=editor.user
        )
    divert(number, editor, now)
    asked = end(fresh_office, was_theirs(first, None), local_date(now) + last * DAY)
    goes_on = rings(number, noon(last + 1)) == {True}
    assert rings(number, noon(30)) == {goes_on}
    assert goes_on is (first == last and (told_on is not None or is_known))
    assert (f"{STAYS} Gent" in asked) is goes_on
    assert (f"{GOES} Gent" in asked) is not goes_on


def test_a_line_that_is_theirs_on_the_next_day_is_not_spoken_of(
    fresh_office, number, gent, now, was_theirs
):
    Line.objects.filter(site=gent).update(e164=GONE)
    was_theirs(4, None)
    # Not stored: the database has one owner a day.
    ordered = was_theirs(-5, 3)
    ordered.released_on = None
    words = lines_words([ordered], local_date(now) + 3 * DAY)
    assert words == []
    # The control: a day on which it is nobody's.
    (word,) = lines_words([ordered], local_date(now) + 2 * DAY)
    assert f"{GOES} Gent" in word


@pytest.mark.parametrize("begins", [0, 3])
@pytest.mark.parametrize("told_on", [None, -30])
def test_the_end_of_a_contract_says_what_its_sites_ring(
    office, number, gent, admin, editor, now, was_theirs, contract, told_on, begins
):
    """On the number's first day as well; another day than was read is asked about."""
    Line.objects.filter(site=gent).update(e164=GONE, told_at=told_on and noon(told_on))
    divert(number, editor, now)
    ordered = was_theirs(begins, None)
    first = local_date(now) - 60 * DAY
    Contract.objects.filter(pk=contract.pk).update(state="active", activated_on=first)
    url = f"/contracts/contract/{contract.pk}/terminate/"
    sent = {
        "day": ordered.activated_on.isoformat(),
        "reason": "moves",
        "typed": contract.reference,
        "confirmed": "on",
    }
    opened = asked = html.unescape(office.get(url).text)
    if begins:
        assert "the line of Gent" not in opened
        asked = html.unescape(office.post(url, sent | read(opened), follow=True).text)
        assert "other things happen than were said before" in asked
        assert f"What follows is for {day_words(local_date(now))}" in opened
        assert 'value="moves"' in asked
    contract.refresh_from_db()
    assert contract.last_day is None
    done = html.unescape(office.post(url, sent | read(asked), follow=True).text)
    contract.refresh_from_db()
    assert contract.last_day == ordered.activated_on
    goes_on = told_on is not None
    for said in (asked, done):
        assert (f"{STAYS} Gent" in said) is goes_on
        assert (f"{GOES} Gent" in said) is not goes_on
    ended = ended_digits(contract.tenant, ordered.activated_on + DAY)
    (mail,) = [m for m in send_due() if "The service of contract" in m.body]
    assert "next way, as it is their line:\n\n- Brussels" in mail.body
    assert ("- Gent" in mail.body) is not goes_on
    assert (GONE not in ended) is goes_on


def test_the_question_of_a_contract_names_the_sites_of_its_numbers(
    office, gent, was_theirs, contract, now
):
    Line.objects.filter(site=gent).update(e164=GONE)
    was_theirs(-5, None)
    first = local_date(now) - 60 * DAY
    Contract.objects.filter(pk=contract.pk).update(state="active", activated_on=first)
    asked = office.get(f"/contracts/contract/{contract.pk}/terminate/").text
    assert f"{GOES} Gent: after that day" in asked
