"""October closes to the cent; who cannot be priced waits, the others do not."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.db.models import F

from billing.models import CustomerMonth, Invoice, InvoiceLine, SubscriptionQuote
from billing.selectors.month import preview
from billing.services import closing
from billing.services.numbering import take_numbers
from tenants.audit.record import record
from tenants.models import AuditEvent, AuditHead, Tenant
from tests.billing.closed_months import close
from tests.support.october import NOW, OCTOBER
from traffic.models import ContractDay, Period


def add_calls(contract, calls: int, day=20, treatment="rerouted") -> None:
    """October calls that come in from now on."""
    days = ContractDay.objects.filter(
        pk=ContractDay.objects.get_or_create(
            tenant=contract.tenant, contract=contract, day=dt.date(2026, 10, day)
        )[0].pk
    )
    days.update(**{treatment: F(treatment) + calls})


def totals(tenant) -> tuple[Decimal, Decimal, Decimal]:
    found = Invoice.objects.get(tenant=tenant, kind="invoice")
    return found.total_excl_vat, found.total_vat, found.total_incl_vat


def test_october_is_right_to_the_cent(october, acme, globex):
    close()

    assert totals(acme) == (Decimal("1806.30"), Decimal("379.32"), Decimal("2185.62"))
    assert totals(globex) == (Decimal("155.91"), Decimal("32.74"), Decimal("188.65"))
    lines = InvoiceLine.objects.filter(invoice__tenant=acme).values_list("code", "net")
    assert [(code, str(net)) for code, net in lines] == [
        ("SUB", "53.30"),
        ("MSG_10", "8.00"),
        ("TRM_CALL", "50.00"),
        ("INSTALL", "120.00"),
        ("PROG_LARGE", "150.00"),
        ("CONSULT_DAY", "1425.00"),
    ]


def test_globex_pays_half_a_month(october, globex):
    close()

    lines = InvoiceLine.objects.filter(invoice__tenant=globex)
    subscription = lines.get(code="SUB")
    assert (subscription.quantity, subscription.base_quantity) == (16, 31)
    assert subscription.starts_on == dt.date(2026, 10, 16)
    assert not lines.filter(code="TRM_MIN").exists()
    assert subscription.description == "Abonnement Voice Managed Service"


def test_closing_again_changes_nothing(october):
    close()
    before = list(Invoice.objects.order_by("pk").values())

    close()

    assert list(Invoice.objects.order_by("pk").values()) == before
    assert Period.objects.get(month=OCTOBER).state == "closed"


def test_a_month_closes_only_when_it_is_over_in_brussels(october):
    last_minute = dt.datetime(2026, 10, 31, 22, 59, tzinfo=dt.UTC)

    with pytest.raises(CommandError, match="not over"):
        close(now=last_minute)
    assert Period.objects.get(month=OCTOBER).state == "open"

    close(now=last_minute + dt.timedelta(minutes=1))
    assert Period.objects.get(month=OCTOBER).state == "closed"


def test_months_close_in_order(october):
    with pytest.raises(CommandError, match="2026-10"):
        close("2026-11", dt.datetime(2026, 12, 2, tzinfo=dt.UTC))


def test_who_cannot_be_priced_waits_and_the_period_closes(
    october, acme, globex, customers
):
    contract = customers[0]
    contract.channels = 30
    contract.save()

    close()

    parked = CustomerMonth.objects.get(tenant=acme)
    assert (parked.state, parked.error) == ("parked", "QUOTE_REQUIRED")
    assert "channels" in parked.path
    assert totals(globex)[2] == Decimal("188.65")
    assert Period.objects.get(month=OCTOBER).state == "closed"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("by_task", [True, False])
@pytest.mark.parametrize("sequence", [0, 2**63 - 1])
def test_whose_trail_is_spoiled_holds_up_nobody(
    october, acme, globex, staff, files, sequence, request, by_task
):
    if by_task:
        request.getfixturevalue("at_once")
    with transaction.atomic():
        record(actor=staff, action="token.created", target=staff, tenant=acme)
    end_of_trail = AuditHead.objects.filter(tenant=acme)
    end_of_trail.update(sequence=sequence)

    close()

    spoiled = CustomerMonth.objects.get(tenant=acme)
    assert (spoiled.state, spoiled.error) == ("parked", "REFUSED")
    assert spoiled.message
    assert totals(globex)[2] == Decimal("188.65")
    assert Period.objects.get(month=OCTOBER).state == "closed"

    end_of_trail.update(sequence=1)
    close()
    assert totals(acme)[2] == Decimal("2185.62")
    assert sorted(Invoice.objects.values_list("number", flat=True)) == [1, 2]


@pytest.fixture
def parked_then_quoted(october, acme, customers):
    """Acme's contract: its month waits for a price, and the quotation is here now."""
    contract = customers[0]
    contract.channels = 30
    contract.save()
    close()
    SubscriptionQuote.objects.create(
        tenant=acme, contract=contract, monthly_price="53.30", quoted_on=OCTOBER
    )
    return contract


def test_a_rerun_bills_the_parked_from_what_was_frozen(parked_then_quoted, acme):
    contract = parked_then_quoted
    add_calls(contract, 1)

    close()

    assert totals(acme)[0] == Decimal("1806.30")
    assert Invoice.objects.get(tenant=acme).number == 2


def test_the_days_of_service_are_frozen_with_the_calls_of_those_days(
    parked_then_quoted, acme
):
    contract = parked_then_quoted
    contract.last_day = dt.date(2026, 10, 10)
    with pytest.raises(IntegrityError, match="are closed"), transaction.atomic():
        contract.save()

    close()

    assert totals(acme)[0] == Decimal("1806.30")


def test_a_quotation_is_frozen_with_the_month_it_held_for(october, acme, customers):
    """Entered while the month is being closed, another one would reprice it."""
    quote = SubscriptionQuote.objects.create(
        tenant=acme, contract=customers[0], monthly_price="60.00", quoted_on=OCTOBER
    )
    closing.start_close(month=OCTOBER, now=NOW)
    closing.freeze_usage(month=OCTOBER, tenants=closing.missing_tenants(OCTOBER))
    quote.monthly_price = "90.00"
    quote.save()

    call_command("close_month", "2026-10", now=NOW, verbosity=0)

    lines = InvoiceLine.objects.filter(tenant=acme, code="SUB")
    assert {line.unit_price for line in lines} == {Decimal("60.00")}


def test_calls_before_the_first_day_of_service_are_free(october, globex, customers):
    add_calls(customers[1], 1000, day=15)

    close()
    close("2026-11", dt.datetime(2026, 12, 2, tzinfo=dt.UTC))

    assert Invoice.objects.filter(tenant=globex).count() == 2
    october_invoice = Invoice.objects.get(tenant=globex, month=OCTOBER)
    assert october_invoice.total_excl_vat == Decimal("155.91")
    assert not InvoiceLine.objects.filter(code="TRM_LATE").exists()


def test_late_direct_calls_are_free(october, customers):
    close()
    add_calls(customers[0], 1000, treatment="direct")

    close("2026-11", dt.datetime(2026, 12, 2, tzinfo=dt.UTC))

    assert not InvoiceLine.objects.filter(code="TRM_LATE").exists()


def test_late_calls_are_billed_with_the_next_month(october, acme, customers):
    close()
    add_calls(customers[0], 25)

    close("2026-11", dt.datetime(2026, 12, 2, tzinfo=dt.UTC))
    close("2026-12", dt.datetime(2027, 1, 2, tzinfo=dt.UTC))

    late = InvoiceLine.objects.filter(code="TRM_LATE")
    assert [(line.net, line.usage_month) for line in late] == [
        (Decimal("1.00"), OCTOBER)
    ]


def test_numbers_have_no_gap_even_when_a_chunk_fails(october, acme, globex):
    call_command("close_month", "2026-10", now=NOW, verbosity=0)
    first = list(Invoice.objects.order_by("number").values_list("number", flat=True))
    assert first == [1, 2]
    with transaction.atomic():
        assert take_numbers("invoice", NOW.date(), 5) == [3, 4, 5, 6, 7]
        transaction.set_rollback(True)

    close("2026-11", dt.datetime(2026, 12, 2, tzinfo=dt.UTC))

    numbers = Invoice.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == [1, 2, 3, 4]


def test_each_invoice_is_audited_and_the_close_too(october, acme):
    close()

    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"month.close_started", "month.closed", "invoice.issued"} <= actions
    event = AuditEvent.objects.get(tenant=acme, action="invoice.issued")
    assert event.detail == {"total_incl_vat": "2185.62"}


def test_progress_counts_every_customer(october):
    close()

    assert closing.progress(OCTOBER) == {
        "pending": 0,
        "issued": 2,
        "nothing": 0,
        "parked": 0,
        "total": 2,
    }


def test_structured_communication_has_its_check_digits(october, acme):
    close()

    communication = Invoice.objects.get(tenant=acme).communication
    digits = "".join(c for c in communication if c.isdigit())
    assert communication.startswith("+++260/0000/")
    assert int(digits[:10]) % 97 == int(digits[10:]) % 97


@pytest.mark.parametrize(
    ("details", "path"),
    [
        ({"vat_number": "BE0123456789"}, "/customer/vat_number"),
        ({"vat_treatment": "AE", "country": "FR"}, "/customer/vat_number"),
        ({"country": "XX"}, "/customer/country"),
    ],
)
def test_who_cannot_be_invoiced_lawfully_is_set_aside_until_mended(
    october, acme, details, path
):
    Tenant.objects.filter(pk=acme.pk).update(**details)
    assert [item.tenant for item in preview(OCTOBER).problems] == [acme]

    close()

    row = CustomerMonth.objects.get(tenant=acme)
    assert (row.state, row.error, row.path) == ("parked", "UNLAWFUL_DOCUMENT", path)
    assert not Invoice.objects.filter(tenant=acme).exists()
    Tenant.objects.filter(pk=acme.pk).update(
        vat_number="BE0123456749", vat_treatment="S", country="BE"
    )
    close()
    assert Invoice.objects.get(tenant=acme).total_incl_vat == Decimal("2185.62")
