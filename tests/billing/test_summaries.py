"""Contract summaries: drawn up, rendered, sent, agreed; only then active."""

import datetime as dt

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from billing.models import Agreement, ContractSummary, SubscriptionQuote
from billing.services import contracts, summaries
from billing.tasks import apply_agreement, render_summary, sweep
from contracts.models import Contract
from tenants.models import Tenant
from tests.support.mails import send_due
from tests.support.october import NOW
from tests.support.summaries import add_option, agree, page

JANUARY = dt.date(2026, 1, 1)


def test_one_that_breaks_a_rule_is_told_and_cannot_be_sent(draft, staff):
    draft.tenant.name = "x" * 80
    draft.tenant.save()
    summary = summaries.draw_up(contract=draft, actor=staff, now=NOW)
    summary.content["options"] = [[f"Option {n}", "1.00"] for n in range(90)]
    summary.save()

    render_summary(summary.pk)

    summary.refresh_from_db()
    assert summary.state == "failed"
    assert "pages" in summary.problem
    with pytest.raises(summaries.NotReady):
        summaries.send(summary=summary, actor=staff, now=NOW)


def test_sending_writes_to_the_administrators(sent, admin, viewer):
    send_due()

    (message,) = mail.outbox
    assert message.to == [admin.user.email]
    assert page("summary_detail", sent) in message.body
    assert Contract.objects.get(pk=sent.contract_id).state == "sent"


def test_agreeing_in_the_portal_records_who_when_and_what(
    client, sent, admin, settings
):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    client.force_login(admin.user)

    answer = client.post(
        page("summary_agree", sent),
        {"terms": "on"},
        headers={"x-forwarded-for": "203.0.113.9"},
    )

    assert answer.status_code == 302
    agreement = Agreement.objects.get()
    assert agreement.agreed_by == admin.user
    assert agreement.terms_version == "2026-01"
    assert agreement.address == "203.0.113.9"
    assert agreement.sha256 == sent.files.get().sha256
    apply_agreement(sent.pk)
    assert Contract.objects.get(pk=sent.contract_id).state == "agreed"


def test_the_terms_must_be_accepted(client, sent, admin):
    client.force_login(admin.user)

    answer = client.post(page("summary_agree", sent))

    assert answer.status_code == 422
    assert "Please accept the terms" in answer.content.decode()
    assert not Agreement.objects.exists()


def test_the_second_of_two_is_told(client, sent, admin, make_member, acme):
    agree(sent, make_member(acme, "admin"))
    client.force_login(admin.user)

    answer = client.post(page("summary_agree", sent), {"terms": "on"})

    assert answer.status_code == 409
    assert Agreement.objects.count() == 1


@pytest.mark.parametrize(("who", "status"), [("finance", 403), ("stranger", 404)])
def test_only_the_customers_administrators_agree(client, sent, request, who, status):
    client.force_login(request.getfixturevalue(who).user)

    answer = client.post(page("summary_agree", sent), {"terms": "on"})

    assert answer.status_code == status
    assert not Agreement.objects.exists()


def test_a_summary_that_was_not_sent_is_not_the_customers(client, ready, admin):
    client.force_login(admin.user)

    assert client.get(page("summary_detail", ready)).status_code == 404


def test_no_activation_before_the_agreement(sent, staff, admin):
    contract = sent.contract
    with pytest.raises(contracts.NotAgreed):
        contracts.activate(
            contract=contract, activated_on=JANUARY, actor=staff, now=NOW
        )

    agree(sent, admin)
    started = contracts.activate(
        contract=contract, activated_on=JANUARY, actor=staff, now=NOW
    )

    assert (started.state, started.activated_on) == ("active", JANUARY)


def test_who_cannot_be_invoiced_lawfully_does_not_start(
    staff_client, sent, staff, admin, acme
):
    agree(sent, admin)
    Tenant.objects.filter(pk=acme.pk).update(vat_treatment="AE")
    address = reverse(
        "admin:contracts_contract_activate",
        args=[sent.contract_id],
        urlconf="vms_portal.urls.backoffice",
    )
    staff_client.force_login(staff)

    answer = staff_client.post(address, {"day": "2027-01-01"}, follow=True)

    assert "Reverse charge is for businesses" in answer.text
    sent.contract.refresh_from_db()
    assert sent.contract.activated_on is None


def test_the_database_refuses_an_activation_nobody_agreed_to(sent):
    with pytest.raises(IntegrityError, match="not agreed"), transaction.atomic():
        Contract.objects.filter(pk=sent.contract_id).update(
            state="active", activated_on=JANUARY
        )


def test_without_the_trigger_it_would_not(sent):
    """The control of the test above."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET ROLE vms_owner")
        cursor.execute("ALTER TABLE contracts_contract DISABLE TRIGGER USER")
        cursor.execute("SET ROLE vms_worker")
    changed = Contract.objects.filter(pk=sent.contract_id).update(
        state="active", activated_on=JANUARY
    )
    assert changed == 1


def test_a_newer_version_needs_a_new_agreement(sent, staff, admin):
    agree(sent, admin)
    newer = summaries.draw_up(contract=sent.contract, actor=staff, now=NOW)

    with pytest.raises(contracts.NotAgreed):
        contracts.activate(
            contract=sent.contract, activated_on=JANUARY, actor=staff, now=NOW
        )
    with pytest.raises(summaries.NotReady):
        agree(sent, admin)
    assert newer.version == 2


def test_what_was_sent_never_changes(sent):
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        ContractSummary.objects.filter(pk=sent.pk).update(content={})


def test_the_sweeper_finds_what_the_queue_lost(draft, staff, admin, monkeypatch):
    queued = []
    monkeypatch.setattr(
        "celery.app.task.Task.delay", lambda self, *a: queued.append((self.name, *a))
    )
    summary = summaries.draw_up(contract=draft, actor=staff, now=NOW)

    sweep()
    assert ("billing.tasks.render_summary", summary.pk) in queued

    render_summary(summary.pk)
    summaries.send(summary=summary, actor=staff, now=NOW)
    agree(ContractSummary.objects.get(pk=summary.pk), admin)
    sweep()
    assert ("billing.tasks.apply_agreement", summary.pk) in queued


@pytest.mark.parametrize("change", ["channels", "option", "price"])
def test_what_changed_since_the_agreement_needs_a_new_one(sent, staff, admin, change):
    agree(sent, admin)
    contract = Contract.objects.get(pk=sent.contract_id)
    if change == "channels":
        contract.channels = 8
        contract.save()
    elif change == "option":
        add_option(contract)
    else:
        SubscriptionQuote.objects.create(
            tenant=contract.tenant,
            contract=contract,
            monthly_price="60.00",
            quoted_on=JANUARY,
        )

    with pytest.raises(contracts.Outdated):
        contracts.activate(
            contract=contract, activated_on=JANUARY, actor=staff, now=NOW
        )
    assert Contract.objects.get(pk=contract.pk).activated_on is None


def test_more_numbers_at_the_same_price_need_no_new_agreement(
    sent, staff, admin, site, make_number
):
    agree(sent, admin)
    make_number(sent.contract, site, "+3225501290")

    started = contracts.activate(
        contract=sent.contract, activated_on=JANUARY, actor=staff, now=NOW
    )
    assert started.state == "active"
