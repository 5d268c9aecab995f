"""A new password never overtakes the end of what it was asked under."""

import threading
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from tenants.models import AuditEvent, User
from tenants.services import ended_access, people
from tests.support.clients import ProcessClient
from tests.support.new_passwords import (
    FOUND,
    boss,
    browser,
    change,
    choose,
    form_of_link,
    new_password,
    person,
    session_row,
    side,
    signed_out,
)
from tests.support.races import at_once, somebody_waits, while_waiting
from tests.support.waiting_requests import from_the_list, in_another_window

__all__ = ["boss", "browser", "person", "side"]
SAID = "Your session ended"


def moved(user: User, by: User) -> None:
    user = User.objects.get(pk=user.pk)
    email = "moved@acme.example"
    people.change_email(user=user, email=email, before=user.email, by=by)


def disabled(user: User, by: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)
    end: Any = {"by": by, "reason": "access_ended", "now": timezone.now()}
    ended_access.end_all(user=User.objects.get(pk=user.pk), **end)


ENDS = [moved, disabled, new_password, signed_out]


def locked(user: User):
    return lambda: User.objects.select_for_update().get(pk=user.pk)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("end", ENDS)
def test_a_link_that_waits_for_its_end_chooses_nothing(browser, person, boss, end):
    address = form_of_link(browser, person)
    answer = while_waiting(
        locked(person), partial(end, person, boss), lambda: choose(browser, address)
    )
    assert not User.objects.get(pk=person.pk).check_password(FOUND)
    assert not AuditEvent.objects.filter(action="person.password_reset").exists()
    # The page says that the link is void.
    assert answer.status_code == 302
    assert browser.get(answer["Location"]).context["token_fail"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("end", ENDS)
def test_a_stolen_session_chooses_nothing_once_it_ended(browser, person, boss, end):
    browser.force_login(person)
    answer = while_waiting(
        locked(person), partial(end, person, boss), lambda: change(browser)
    )
    assert answer.status_code == 403
    assert not User.objects.get(pk=person.pk).check_password(FOUND)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_first", [False, True])
@pytest.mark.parametrize("end", [from_the_list, in_another_window, lambda client: None])
def test_a_session_ended_elsewhere_meanwhile_chooses_nothing(
    browser, person, end, is_first
):
    """Also no first password, of who signs in with a passkey."""
    if is_first:
        person.set_unusable_password()
        person.save()
    browser.force_login(person)
    act = choose if is_first else change
    address = ["/account/password/set/"] if is_first else []
    answer = while_waiting(
        session_row(browser), partial(end, browser), partial(act, browser, *address)
    )
    is_able = end not in (from_the_list, in_another_window)
    assert answer.status_code == (302 if is_able else 403)
    assert (SAID in answer.text) is not is_able
    assert User.objects.get(pk=person.pk).check_password(FOUND) is is_able
    told = AuditEvent.objects.filter(action="person.password_changed")
    assert told.exists() is is_able


@pytest.mark.django_db(transaction=True)
def test_an_end_on_its_way_is_waited_for_by_a_new_password(browser, person):
    """Signing out elsewhere deleted the session, and has not committed yet."""
    browser.force_login(person)
    session = browser.session
    row = session.get_model_class().objects.filter(session_key=session.session_key)
    answer = while_waiting(row.delete, lambda: None, lambda: change(browser))
    assert answer.status_code == 403
    assert SAID in answer.text
    assert not User.objects.get(pk=person.pk).check_password(FOUND)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["link", "session"])
def test_who_waits_for_nothing_of_theirs_chooses(browser, person, boss, how):
    """The control: the same wait, and nothing ended."""
    if how == "link":
        act = partial(choose, browser, form_of_link(browser, person))
    else:
        browser.force_login(person)
        act = partial(change, browser)
    assert while_waiting(locked(person), lambda: None, act).status_code == 302
    assert User.objects.get(pk=person.pk).check_password(FOUND)


@pytest.mark.django_db(transaction=True)
def test_a_link_sent_twice_at_once_chooses_once(side, acting_as, person):
    browsers = [ProcessClient(side, acting_as) for _ in range(2)]
    addresses = [form_of_link(one, person) for one in browsers]
    held = threading.Event()

    def hold() -> None:
        with transaction.atomic():
            locked(person)()
            held.set()
            for _attempt in range(300):
                if somebody_waits():
                    break
                threading.Event().wait(0.01)
            threading.Event().wait(0.5)

    def choose_own(place: int):
        held.wait(5)
        return choose(browsers[place], addresses[place], f"my choice no {place} 99")

    _none, *answers = at_once(hold, partial(choose_own, 0), partial(choose_own, 1))
    done = ["done" in answer["Location"] for answer in answers]
    assert sorted(done) == [False, True]
    winner = f"my choice no {done.index(True)} 99"
    assert User.objects.get(pk=person.pk).check_password(winner)
    assert AuditEvent.objects.filter(action="person.password_reset").count() == 1
