"""A last day may lie in the past: nobody is asked to call before it."""

import datetime as dt
import html

import pytest
from django.utils import timezone

from contracts.models import Contract
from tests.numbers.test_admin import change
from tests.support.billing_office import read
from tests.support.mails import send_due
from vms_portal.kernel.formatting import day_words
from vms_portal.kernel.local_time import local_date

DAY = dt.timedelta(days=1)
BEFORE, AT_ONCE = "call us before that day.", "call us at once."
SKIPPED_THEN = "After that day plans and diversions that name these sites"
SKIPPED = "Plans and diversions that name these sites go their next way now"
OVER, TODAY, TO_COME = -1, 0, 1


@pytest.fixture
def end(office, contract, number):
    """End a number, or its contract, so many days from today; what is said."""

    def of_number(day: dt.date) -> list[str]:
        last = {"released_on": day.isoformat()}
        asked = change(office, number, **last).text
        done = change(office, number, confirmed="on", reason="moves", **last)
        return [asked, office.get(done["Location"]).text]

    def of_contract(day: dt.date) -> list[str]:
        first = day - 60 * DAY
        Contract.objects.filter(pk=contract.pk).update(activated_on=first)
        sent = {
            "day": day.isoformat(),
            "reason": "moves",
            "typed": contract.reference,
            "confirmed": "on",
        }
        page = f"/contracts/contract/{contract.pk}/terminate/"
        asked = office.get(page).text
        if day < local_date(timezone.now()):
            asked = office.post(page, sent | read(asked)).text
            assert "as its last day other things happen than were" in asked
        return [asked, office.post(page, sent | read(asked), follow=True).text]

    def make(days: int, *, is_contract: bool) -> tuple[str, str]:
        day = local_date(timezone.now()) + days * DAY
        said = (of_contract if is_contract else of_number)(day)
        return html.unescape(" ".join(said)), day_words(day)

    return make


@pytest.mark.parametrize("is_contract", [False, True])
@pytest.mark.parametrize("days", [OVER, TODAY, TO_COME])
def test_the_mail_says_what_can_still_be_done(end, admin, is_contract, days):
    """It said that what ended the day before ends, and to call before that day."""
    _said, day = end(days, is_contract=is_contract)
    (mail,) = send_due()
    is_over = days == OVER
    assert (f"ended on {day}" in mail.subject) is is_over
    assert (f"ends on {day}" in mail.subject) is not is_over
    assert ("has ended. Its last day was" in " ".join(mail.body.split())) is is_over
    assert (BEFORE in mail.body) is (days == TO_COME)
    assert (AT_ONCE in mail.body) is (days != TO_COME)
    assert (SKIPPED in mail.body) is is_over
    assert (SKIPPED_THEN in mail.body) is not is_over


@pytest.mark.parametrize("is_contract", [False, True])
@pytest.mark.parametrize("days", [OVER, TODAY])
def test_staff_are_told_that_it_is_over(end, admin, is_contract, days):
    said, day = end(days, is_contract=is_contract)
    is_over = days == OVER
    assert ("name this site go their next way at once. Give the" in said) is is_over
    assert ("Give the site another line before." in said) is not is_over
    if is_contract:
        assert ("is over: the end cannot be withdrawn." in said) is is_over
        assert ("withdrawn until the last day has passed" in said) is not is_over
        assert (f"The contract ended on {day}." in said) is is_over
        assert (f"The contract ends on {day}." in said) is not is_over
    else:
        assert ("ends for good, at once, as that day is over" in said) is is_over
        assert ("calls to it after that day go nowhere" in said) is not is_over
