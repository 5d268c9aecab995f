"""A command told something impossible answers in a sentence, and does nothing."""

import pytest
from django.core.management import CommandError, call_command

from billing.models import InvoiceSeries
from tests.support.october import NOW, SAMPLE
from traffic.models import Period

LONG = "a" * 300
REFUSED = {
    "a name no system has": (["import_call_records", LONG], "There is no file"),
    "the same for numbers": (
        ["import_numbers", LONG, "--customer", "ACME", "--contract", "C-1"],
        "There is no file",
    ),
    "the last month there is": (["close_month", "9999-12"], "not a month of this cent"),
    "the first there is": (["close_month", "0001-01"], "not a month of this century"),
    "a thirteenth month": (["close_month", "2026-13"], "write it as YYYY-MM"),
    "a clock at the end": (
        ["close_month", "2026-10", "--now", "9999-12-31T23:59:59-12:00"],
        "not an instant of this century",
    ),
    "a clock without offset": (
        ["import_call_records", LONG, "--now", "2026-10-01T09:00:00"], "has no offset",
    ),
    "a batch without end": (
        ["import_call_records", str(SAMPLE), "--batch", "9" * 30], "has 1 to 1,000,000",
    ),
    "a clock in words": (
        ["import_call_records", LONG, "--now", "yesterday"], "is not an instant",
    ),
    "a series of no year": (
        ["continue_series", "0000-000001", "--reason", "x"], "no number of a document",
    ),
    "a series to come": (
        ["continue_series", "2099-000001", "--reason", "x"], "no number of a document",
    ),
}  # fmt: skip


@pytest.mark.parametrize("told", REFUSED)
def test_a_sentence_says_what_is_wrong(db, told):
    command, sentence = REFUSED[told]
    with pytest.raises(CommandError, match=sentence):
        call_command(*command)
    assert not Period.objects.exists()
    assert not InvoiceSeries.objects.exists()


@pytest.mark.parametrize("mistyped", ["2016-10", "2026-08", "2026-09"])
def test_a_month_before_the_first_is_not_closed(october, mistyped):
    """Closed, it would ask for every month after it before the real first one."""
    with pytest.raises(CommandError, match="the first month is 2026-10"):
        call_command("close_month", mistyped, now=NOW, verbosity=0)
    call_command("close_month", "2026-10", now=NOW, verbosity=0)
    assert Period.objects.get(state="closed").month.isoformat() == "2026-10-01"


def test_without_a_contract_no_month_is_closed(db):
    with pytest.raises(CommandError, match="nothing to bill in 2026-10"):
        call_command("close_month", "2026-10", now=NOW, verbosity=0)
