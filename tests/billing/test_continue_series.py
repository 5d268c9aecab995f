"""After a restore no number that was sent is given again."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from billing.models import InvoiceSeries
from billing.services.numbering import take_numbers
from tenants.models import AuditEvent

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 2)


def take(kind: str = "invoice", count: int = 1) -> list[int]:
    with transaction.atomic():
        return take_numbers(kind, DAY, count)


def go_on(sent: str) -> None:
    call_command("continue_series", sent, reason="restored the dump of 1 November")


def test_the_next_invoice_is_numbered_above_the_last_one_sent(capsys):
    assert take(count=40) == list(range(1, 41))
    go_on("2026-000042")
    assert "The last number was 2026-000040; the next is 2026-000043." in (
        capsys.readouterr().out
    )
    assert take() == [43]
    event = AuditEvent.objects.get(action="invoice.series_continued")
    assert event.detail == {
        "from": "2026-000040",
        "to": "2026-000042",
        "reason": "restored the dump of 1 November",
    }


def test_each_series_is_its_own():
    go_on("CN-2026-000003")
    assert take("credit_note") == [4]
    assert take("invoice") == [1]
    go_on("2025-000009")
    assert take("invoice") == [2]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("2026-000040", "stands at 2026-000040 already"),
        ("2026-000001", "stands at 2026-000040 already"),
        ("2026-900042", "mistyped"),
        ("2026-42", "no number"),
        ("CN2026-000042", "no number"),
        ("260/0000/00170", "no number"),
        ("2026-000042; DROP", "no number"),
    ],
)
def test_it_never_goes_back_and_never_leaps(sent, said):
    take(count=40)
    with pytest.raises(CommandError, match=said):
        go_on(sent)
    assert InvoiceSeries.objects.get(kind="invoice").last_number == 40
    assert not AuditEvent.objects.filter(action="invoice.series_continued").exists()
    assert take() == [41]
