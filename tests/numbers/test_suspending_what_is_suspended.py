"""What staff are told of numbers that a colleague suspended or resumed before them."""

import html

import pytest
from django.utils import timezone

from numbers.models import GeographicNumber
from numbers.services import stopping
from tests.numbers.test_suspending_what_is_not_in_service import do, post, suspended
from tests.support.mails import send_due
from tests.support.numbers_office import NUMBERS

OTHER = "+3225501298"
WORDS = {"suspend": "suspended already", "resume": "not suspended"}


@pytest.fixture
def rows(contract, site, make_number, number) -> list[GeographicNumber]:
    return [number, make_number(contract, site, OTHER)]


@pytest.fixture
def before_us(monkeypatch, staff):
    """Do the same to some numbers once the page has read them, before its act."""

    def set_up(action: str, numbers: list[GeographicNumber]) -> None:
        act = getattr(stopping, f"{action}_numbers")

        def second(**asked):
            now = timezone.now()
            assert act(numbers=numbers, reason="earlier", actor=staff, now=now)
            return act(**asked)

        monkeypatch.setattr(stopping, f"{action}_numbers", second)

    return set_up


def suspend(numbers) -> None:
    keys = [number.pk for number in numbers]
    rows = GeographicNumber.objects.filter(pk__in=keys)
    rows.update(suspended_at=timezone.now())


@pytest.mark.parametrize("action", ["suspend", "resume"])
def test_numbers_that_a_colleague_did_all_of_are_named(
    office, rows, admin, before_us, action
):
    if action == "resume":
        suspend(rows)
    before_us(action, rows)
    done = do(office, action, rows)
    named = "+32 2 550 12 00, +32 2 550 12 98"
    assert f"{named} are {WORDS[action]}: nothing changes for them." in done
    assert "0 numbers" not in done
    assert 'class="success"' not in done
    assert suspended(rows) == [action == "suspend"] * 2
    assert len(send_due()) == 1


@pytest.mark.parametrize("action", ["suspend", "resume"])
def test_the_one_of_two_that_a_colleague_did_is_named(
    office, rows, admin, before_us, action
):
    if action == "resume":
        suspend(rows)
    before_us(action, rows[1:])
    done = do(office, action, rows)
    assert f"+32 2 550 12 98 is {WORDS[action]}: nothing changes for it." in done
    assert "12 00 is" not in done
    assert 'class="success"' in done
    assert {"suspend": "1 number is suspended.", "resume": "1 number is back"}[
        action
    ] in done
    assert len(send_due()) == 2


@pytest.mark.parametrize("action", ["suspend", "resume"])
def test_the_question_names_those_it_leaves_out(office, rows, admin, action):
    suspend(rows[1:])
    asked = post(office, action, rows)
    left, done = rows[::-1] if action == "suspend" else rows
    shown = {rows[0]: "+32 2 550 12 00", rows[1]: "+32 2 550 12 98"}
    assert f"{shown[left]} is {WORDS[action]}: nothing changes for it." in asked
    assert f"{shown[done]} · Acme SA" in asked
    told = post(office, action, [left])
    assert f"{shown[left]} is {WORDS[action]}: nothing changes for it." in told
    assert 'name="reason"' not in told


def post_to(office, query: str, action: str, **sent) -> str:
    form = {"action": action, "confirmed": "on", "reason": "unpaid", **sent}
    answer = office.post(f"{NUMBERS}?state={query}", form, follow=True)
    return html.unescape(answer.text)


@pytest.mark.parametrize(
    ("action", "state"), [("suspend", "active"), ("resume", "suspended")]
)
def test_a_filter_that_hides_them_by_now_hides_no_answer(
    office, number, admin, action, state
):
    """The question goes back to the list as it was filtered."""
    if action == "suspend":
        suspend([number])
    told = post_to(office, state, action, _selected_action=number.pk)
    assert f"+32 2 550 12 00 is {WORDS[action]}: nothing changes for it." in told
    chosen = {"_selected_action": number.pk, "select_across": "1"}
    told = post_to(office, state, action, **chosen)
    assert "none of the selected rows is in this list any more" in told


def test_the_first_of_many_are_named(office, contract, site, make_number, number):
    many = [make_number(contract, site, f"+32255013{n:02}") for n in range(25)]
    suspend(many)
    told = post(office, "suspend", many)
    assert "+32 2 550 13 19, and 5 more are suspended already" in told
