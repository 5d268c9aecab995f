"""Who starts a contract, and its customer, are told which numbers are served."""

import datetime as dt

import pytest
from django.utils import timezone

from tests.billing.closed_months import text_of
from tests.billing.test_notices import agreed
from tests.support.billing_office import read, url
from tests.support.mails import send_due
from vms_portal.kernel.formatting import day_words
from vms_portal.kernel.local_time import local_date

__all__ = ["agreed"]
DAY = dt.timedelta(days=1)


@pytest.mark.parametrize("days", [0, -20, 70])
def test_who_starts_a_contract_is_told_which_numbers_start(
    agreed, admin, staff, staff_client, site, make_number, days
):
    """One that is suspended, and one that begins in 60 days, were counted as well."""
    send_due()
    today = local_date(timezone.now())
    first = today + days * DAY
    later = today + 60 * DAY
    make_number(agreed, site, "+3225501271", activated_on=later)
    make_number(agreed, site, "+3225501272", suspended_at=timezone.now())
    over = today - 30 * DAY
    make_number(agreed, site, "+3225501273", activated_on=over, released_on=over)
    staff_client.force_login(staff)
    page = url("contracts_contract_activate", agreed.pk)
    question = staff_client.get(page)
    asked = text_of(question)
    assert f"What follows is for {day_words(today)} as its first day." in asked
    assert "The service of 1 number starts on that day" in asked
    suspended = "1 number is suspended: it is paid for from that day"
    starts_later = "1 number starts later, on a first day of its own."
    assert suspended in asked
    assert starts_later in asked

    has_begun = first >= later
    answer = {"day": first.isoformat(), **read(question.text)}
    told = staff_client.post(page, answer, follow=True)
    if has_begun:
        agreed.refresh_from_db()
        assert agreed.activated_on is None
        again = text_of(told)
        assert f"With {day_words(first)} as its first day other things" in again
        assert "The service of 2 numbers starts on that day" in again
        answer |= read(told.text)
        told = staff_client.post(page, answer, follow=True)
    done = text_of(told)
    served = "2 numbers" if has_begun else "1 number"
    assert f"The contract is active from {day_words(first)}." in done
    assert f"The service of {served} start" in done
    assert suspended in done
    assert (starts_later in done) is not has_begun
    (mail,) = send_due()
    tense = "started" if first < today else "starts"
    assert mail.subject.endswith(f"{tense} on {day_words(first)}")
    told = f"{tense} on {day_words(first)}, with {served}."
    assert told in mail.body.replace("\n", " ")
    assert "1 more is suspended: calls to it are not connected." in mail.body
    assert ("1 more starts later, on a first day" in mail.body) is not has_begun
