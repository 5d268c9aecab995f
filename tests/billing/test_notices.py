"""Documents, agreements and the service of contracts are told by mail, once."""

import datetime as dt

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.models import Invoice
from billing.services import contracts, summaries
from billing.services.crediting import credit_in_full
from billing.tasks import apply_agreement, render_invoice, render_summary
from contracts.models import Contract
from numbers.models import GeographicNumber, Site
from numbers.services import stopping
from numbers.services.inventory import NumberTaken, add_number
from tenants.models import AuditEvent, Notice
from tenants.tasks import send_notice
from tests.billing.closed_months import text_of
from tests.support.billing_office import url
from tests.support.october import NOW

LANGUAGES = ("fr", "nl", "de", "en")
LAST_DAY = dt.date(2026, 12, 31)


def send_all() -> list:
    before = len(mail.outbox)
    for pk in Notice.objects.order_by("pk").values_list("pk", flat=True):
        send_notice(pk)
    return mail.outbox[before:]


@pytest.fixture
def addressed(acme, globex):
    """Both customers have an address for their invoices."""
    for customer in (acme, globex):
        customer.billing_email = f"accounts@{customer.reference.lower()}.example"
        customer.save()


@pytest.fixture
def invoice(addressed, closed) -> Invoice:
    return closed[0]


def test_an_invoice_is_mailed_with_its_pdf_once_it_is_rendered(invoice):
    assert send_all() == []
    render_invoice(invoice.pk)
    (message,) = send_all()
    assert message.to == ["accounts@acme.example"]
    ((name, body, kind),) = message.attachments
    assert (name, kind, body[:4]) == ("2026-000001.pdf", "application/pdf", b"%PDF")
    assert send_all() == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_invoice_and_credit_note_in_the_customers_language(
    addressed, acme, files, october, staff, language
):
    from tests.billing.test_ending import close

    acme.language = language
    acme.save()
    close()
    invoice = Invoice.objects.get(tenant=acme)
    note = credit_in_full(invoice=invoice, reason="x", actor=staff, now=NOW)
    for document in (invoice, note):
        render_invoice(document.pk)
    told, credited = send_all()
    subjects = {
        "fr": ("Facture", "Note de crédit"),
        "nl": ("Factuur", "Creditnota"),
        "de": ("Rechnung", "Gutschrift"),
        "en": ("Invoice", "Credit note"),
    }[language]
    for message, word in zip((told, credited), subjects, strict=True):
        assert message.subject.startswith(word)
    assert "185" in told.body
    assert invoice.communication in told.body
    assert invoice.reference in credited.body


def test_the_back_office_says_when_it_was_mailed_and_sends_it_again(
    staff_client, invoice, staff, acme
):
    staff_client.force_login(staff)
    page = url("billing_invoice_change", invoice.pk)
    assert "Not sent: it is on its way." in text_of(staff_client.get(page))
    render_invoice(invoice.pk)
    send_all()
    assert "to accounts@acme.example." in text_of(staff_client.get(page))

    acme.billing_email = "new@acme.example"
    acme.save()
    again = url("billing_invoice_send", invoice.pk)
    assert staff_client.get(again).status_code == 403
    told = staff_client.post(again, follow=True)
    assert "on its way to new@acme.example" in text_of(told)
    (message,) = send_all()
    assert message.to == ["new@acme.example"]
    event = AuditEvent.objects.get(action="invoice.sent_again")
    assert event.detail == {"to": "new@acme.example"}


def test_without_an_address_it_says_why_it_was_not_sent(staff_client, closed, staff):
    staff_client.force_login(staff)
    page = staff_client.get(url("billing_invoice_change", closed[0].pk))
    assert "has no e-mail address for invoices" in text_of(page)
    again = url("billing_invoice_send", closed[0].pk)
    assert "enter it first" in text_of(staff_client.post(again, follow=True))
    assert send_all() == []


@pytest.fixture
def agreed(make_draft, price_list, files, staff, admin) -> Contract:
    contract = make_draft("C-NEW")
    summary = summaries.draw_up(contract=contract, actor=staff, now=NOW)
    render_summary(summary.pk)
    summary.refresh_from_db()
    summaries.send(summary=summary, actor=staff, now=NOW)
    send_all()
    summary.refresh_from_db()
    summaries.agree(
        summary=summary, member=admin, has_accepted_terms=True, address=None, now=NOW
    )
    apply_agreement(summary.pk)
    apply_agreement(summary.pk)
    return contract


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_life_of_a_contract_is_told(agreed, admin, staff, language):
    admin.user.language = language
    admin.user.save()
    Notice.objects.filter(person=admin.user).update(language=language)
    to_customer, to_author = sorted(send_all(), key=lambda m: m.to == [staff.email])
    assert (to_customer.to, to_author.to) == ([admin.user.email], [staff.email])
    assert to_customer.attachments[0][0] == "C-NEW-v1.pdf"
    assert to_author.attachments[0][1][:4] == b"%PDF"

    first = dt.date(2026, 11, 1)
    contracts.activate(contract=agreed, activated_on=first, actor=staff, now=NOW)
    (started,) = send_all()
    contracts.terminate(
        contract=agreed, last_day=LAST_DAY, reason="moves", actor=staff, now=NOW
    )
    (ending,) = send_all()
    contracts.withdraw_end(contract=agreed, reason="stays", actor=staff, now=NOW)
    (goes_on,) = send_all()
    for message in (started, ending, goes_on):
        assert message.to == [admin.user.email]
        assert "C-NEW" in message.subject
    assert "moves" in ending.body
    assert "stays" in goes_on.body
    english = ("started on", "ends on", "goes on")
    for message, words in zip((started, ending, goes_on), english, strict=True):
        assert (words in message.subject) is (language == "en")


def test_an_agreement_is_told_with_the_time_of_brussels(agreed):
    to_customer, to_author = send_all()
    assert "on 2 November 2026, 01:00" in to_customer.body
    assert "on 2 November 2026, 01:00" in to_author.body


def test_the_first_of_a_month_is_an_ordinal_in_french(agreed, admin, staff):
    send_all()
    first = dt.date(2026, 11, 1)
    contracts.activate(contract=agreed, activated_on=first, actor=staff, now=NOW)
    Notice.objects.update(language="fr")
    (started,) = send_all()
    assert started.subject.endswith("1er novembre 2026")


def test_an_end_is_withdrawn_and_its_numbers_go_on(agreed, staff, staff_client):
    first = dt.date(2026, 11, 1)
    contracts.activate(contract=agreed, activated_on=first, actor=staff, now=NOW)
    staff_client.force_login(staff)
    page = url("contracts_contract_change", agreed.pk)
    ends = url("contracts_contract_terminate", agreed.pk)
    sent = {"day": "2026-12-31", "reason": "moves", "confirmed": "on"}
    for typed in ("", "C-OLD"):
        refused = staff_client.post(ends, sent | {"typed": typed})
        assert "Type C-NEW." in text_of(refused)
    agreed.refresh_from_db()
    assert agreed.last_day is None
    staff_client.post(ends, sent | {"typed": "c-new"})
    assert "Ends on 31 December 2026" in text_of(staff_client.get(page))
    number = GeographicNumber.objects.get(contract=agreed)
    assert number.released_on == LAST_DAY

    takes_back = url("contracts_contract_withdraw_end", agreed.pk)
    told = staff_client.post(
        takes_back, {"reason": "stays", "confirmed": "on"}, follow=True
    )
    assert "Its numbers go on with it: 1." in text_of(told)
    agreed.refresh_from_db()
    number.refresh_from_db()
    assert (agreed.state, agreed.last_day, number.released_on) == ("active", None, None)
    assert number.option_periods.get().ends_on is None
    assert number.history.latest().released_on is None
    event = AuditEvent.objects.get(action="contract.end_withdrawn")
    assert event.detail["reason"] == "stays"


def test_only_numbers_that_ended_with_the_contract_go_on_with_it(
    agreed, staff, make_number
):
    """Staff ended one on that very day; another ends with the new day of its own."""
    first = dt.date(2026, 11, 1)
    given = {"actor": staff, "reason": "x", "now": NOW}
    contracts.activate(contract=agreed, activated_on=first, actor=staff, now=NOW)
    with_it = GeographicNumber.objects.get(contract=agreed)
    same_day, later = (
        make_number(agreed, with_it.site, f"+322550129{n}", activated_on=first)
        for n in range(2)
    )
    after = LAST_DAY + dt.timedelta(days=15)
    stopping.end_number(number=same_day, last_day=LAST_DAY, **given)
    stopping.end_number(number=later, last_day=after, **given)
    assert contracts.terminate(contract=agreed, last_day=LAST_DAY, **given) == 2
    assert contracts.withdraw_end(contract=agreed, **given) == 2

    for number, last_day in ((same_day, LAST_DAY), (later, after), (with_it, None)):
        number.refresh_from_db()
        assert number.released_on == last_day
        assert number.option_periods.get().ends_on == last_day
        assert number.history.latest().released_on == last_day


def test_a_number_added_to_a_contract_that_ends_goes_on_with_it(agreed, staff):
    first = dt.date(2026, 11, 1)
    given = {"contract": agreed, "actor": staff, "reason": "x", "now": NOW}
    contracts.activate(contract=agreed, activated_on=first, actor=staff, now=NOW)
    site = GeographicNumber.objects.get(contract=agreed).site
    contracts.terminate(last_day=LAST_DAY, **given)
    number = add_number(
        contract=agreed,
        site=site,
        e164="+3225501299",
        option="DRS",
        activated_on=first,
        actor="test",
    )
    assert contracts.withdraw_end(**given) == 2
    number.refresh_from_db()
    assert (number.released_on, number.option_periods.get().ends_on) == (None, None)


def test_the_months_are_held_before_the_contract_is_locked(agreed, staff):
    """Else whoever adds a number, a close that waits and this stand in a circle."""
    first = dt.date(2026, 11, 1)
    contracts.activate(contract=agreed, activated_on=first, actor=staff, now=NOW)
    given = {"contract": agreed, "reason": "x", "actor": staff, "now": NOW}
    for act in (
        lambda: contracts.terminate(last_day=LAST_DAY, **given),
        lambda: contracts.withdraw_end(**given),
    ):
        with CaptureQueriesContext(connection) as asked:
            act()
        asked_for = [query["sql"] for query in asked]
        months = next(n for n, q in enumerate(asked_for) if "first_open_day" in q)
        contract = next(
            n
            for n, q in enumerate(asked_for)
            if 'FROM "contracts_contract"' in q and "FOR UPDATE" in q
        )
        assert months < contract


def test_an_end_stays_when_a_number_has_gone_to_another_customer(
    agreed, staff, globex, make_contract, make_number
):
    first = dt.date(2026, 11, 1)
    contracts.activate(contract=agreed, activated_on=first, actor=staff, now=NOW)
    given = {"contract": agreed, "reason": "x", "actor": staff, "now": NOW}
    contracts.terminate(last_day=LAST_DAY, **given)
    number = GeographicNumber.objects.get(contract=agreed)
    gent = Site.objects.create(tenant=globex, name="Gent", slug="gent")
    next_day = LAST_DAY + dt.timedelta(days=1)
    other = make_contract(globex)
    make_number(other, gent, number.e164, activated_on=next_day)
    with pytest.raises(NumberTaken):
        contracts.withdraw_end(**given)
    number.refresh_from_db()
    assert number.released_on == LAST_DAY


def test_an_end_that_is_over_stays(agreed, staff):
    first = dt.date(2026, 11, 1)
    contracts.activate(contract=agreed, activated_on=first, actor=staff, now=NOW)
    contracts.terminate(
        contract=agreed, last_day=first, reason="x", actor=staff, now=NOW
    )
    later = NOW + dt.timedelta(days=1)
    with pytest.raises(contracts.NotEnding):
        contracts.withdraw_end(contract=agreed, reason="x", actor=staff, now=later)
