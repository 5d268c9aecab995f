"""Contract summaries: drawn up, rendered, sent, agreed; only then active."""

import datetime as dt
import io

import pytest
from django.conf import settings
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from billing.documents.contract_summary import check_summary, price_groups
from billing.models import (
    Agreement,
    ContractOption,
    ContractSummary,
    SubscriptionQuote,
)
from billing.selectors.files import read_file
from billing.selectors.summary import content_of, is_outdated
from billing.services import contracts, summaries
from billing.tasks import apply_agreement, render_summary, sweep
from contracts.models import Contract
from tenants.models import Tenant
from tests.support.mails import send_due
from tests.support.october import NOW, order

HEADINGS_FR = [
    "Récapitulatif contractuel",
    "Services et équipement",
    "Prix",
    "Durée, renouvellement et résiliation",
    "Caractéristiques à l’intention des utilisateurs finaux handicapés",
    "Autres informations utiles",
]
JANUARY = dt.date(2026, 1, 1)


@pytest.fixture
def draft(acme, make_contract, make_number, site, price_list, files, admin) -> Contract:
    contract = make_contract(
        acme, state=Contract.State.DRAFT, activated_on=None, reference="C-NEW"
    )
    make_number(contract, site, "+3225501250")
    return contract


@pytest.fixture
def ready(draft, staff) -> ContractSummary:
    summary = summaries.draw_up(contract=draft, actor=staff, now=NOW)
    render_summary(summary.pk)
    summary.refresh_from_db()
    return summary


@pytest.fixture
def sent(ready, staff, admin) -> ContractSummary:
    return summaries.send(summary=ready, actor=staff, now=NOW)


def agree(summary, member, now=NOW):
    return summaries.agree(
        summary=summary,
        member=member,
        has_accepted_terms=True,
        address="127.0.0.1",
        now=now,
    )


def page(name: str, summary) -> str:
    return reverse(
        f"billing:{name}", args=[summary.pk], urlconf="vms_portal.urls.portal"
    )


def test_it_is_rendered_in_french_as_the_regulation_asks(ready):
    assert (ready.state, ready.language) == ("ready", "fr")
    body = read_file(ready.files.get())

    assert check_summary(body, HEADINGS_FR) == []
    text = PdfReader(io.BytesIO(body)).pages[0].extract_text()
    assert "53,30" in text
    assert "0,04" in text


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


def test_its_prices_are_shown_in_the_language_they_were_frozen_in(client, sent, admin):
    """The labels cannot be translated any more: what stands beside them is not."""
    client.force_login(admin.user)
    text = client.get(page("summary_detail", sent)).content.decode()
    assert "as printed on the document (French)" in text
    assert "hors TVA" in text
    assert "53,30/mois" in text
    assert "/month" not in text
    admin.user.language = "fr"
    admin.user.save()
    client.force_login(admin.user)
    text = client.get(page("summary_detail", sent)).content.decode()
    assert "imprimées sur le document" not in text


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


def add_option(contract, code="REC_500MB", **fields) -> None:
    ordered = order(contract, dt.date(2026, 10, 1))
    ContractOption.objects.create(
        tenant=contract.tenant,
        contract=contract,
        order=ordered,
        code=code,
        starts_on=dt.date(2026, 10, 1),
        **fields,
    )


def rows(summary, part: str) -> dict[str, str]:
    return dict(summary.content[part])


def test_what_is_ordered_stands_with_the_monthly_prices(draft, staff):
    add_option(draft, quantity=2)

    summary = summaries.draw_up(contract=draft, actor=staff, now=NOW)

    (label,) = (name for name in rows(summary, "monthly") if "×" in name)
    assert rows(summary, "monthly")[label] == "46.00"
    assert list(rows(summary, "options").values()) == ["4.00"]
    render_summary(summary.pk)
    body = read_file(summary.files.get())
    assert check_summary(body, HEADINGS_FR) == []
    assert "46,00" in PdfReader(io.BytesIO(body)).pages[0].extract_text()


def test_one_off_prices_stand_in_the_order_of_the_seed(draft, staff):
    summary = summaries.draw_up(contract=draft, actor=staff, now=NOW)

    prices = [price for _label, price in summary.content["one_off"]]
    assert prices == ["120.00", "950.00", "50.00", "150.00", "250.00", None]


def test_what_is_optional_does_not_stand_with_what_is_due(draft, staff):
    add_option(draft, quantity=2)
    summary = summaries.draw_up(contract=draft, actor=staff, now=NOW)

    with translation.override("en"):
        groups = {g.title: g for g in price_groups(content_of(summary))}

    assert [row.unit for row in groups["Every month"].rows] == [
        "/month",
        "/call",
        "/month",
        "/month",
    ]
    assert [row.price for row in groups["Once"].rows] == ["120.00"]
    work = groups["Further work, optional"].rows
    assert [row.price for row in work] == ["950.00", "50.00", "150.00", "250.00", ""]
    options = groups["Options, not included"]
    assert [row.price for row in options.rows] == ["4.00", "", "", ""]
    assert options.unpriced == "on request"


def test_an_ordered_option_is_not_offered_on_request_as_well(draft, staff):
    add_option(draft, code="STAT_ONLINE", quoted_price="12.00")

    summary = summaries.draw_up(contract=draft, actor=staff, now=NOW)

    assert len(summary.content["on_request"]) == 2


def test_a_summary_of_before_reads_as_it_was(draft, staff):
    """Codes and options on request were not kept at first."""
    summary = summaries.draw_up(contract=draft, actor=staff, now=NOW)
    for key in ("codes", "on_request"):
        del summary.content[key]

    with translation.override("en"):
        groups = {g.title: g for g in price_groups(content_of(summary))}

    assert [row.price for row in groups["Once"].rows] == [
        "120.00",
        "950.00",
        "50.00",
        "150.00",
        "250.00",
        "",
    ]
    assert {row.unit for group in groups.values() for row in group.rows} == {""}
    assert not is_outdated(summary, NOW.date())


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_it_fits_one_page_in_every_language(
    acme, draft, staff, language, site, make_number
):
    Tenant.objects.filter(pk=acme.pk).update(language=language, name="W" * 40)
    draft.refresh_from_db()
    for last in range(10, 29):
        make_number(draft, site, f"+32255012{last}")
    add_option(draft, quantity=2)
    ContractOption.objects.create(
        tenant=acme,
        contract=draft,
        order=draft.orders.get(),
        code="MSG_10",
        messages=25,
        starts_on=NOW.date(),
    )
    summary = summaries.draw_up(contract=draft, actor=staff, now=NOW)

    render_summary(summary.pk)

    summary.refresh_from_db()
    assert (summary.state, summary.problem) == ("ready", "")
    page = PdfReader(io.BytesIO(read_file(summary.files.get()))).pages[0]
    text = " ".join(page.extract_text().split())
    assert "Traffic Routing Management" in text
    assert "+32 2 550 00 00" in text
    address = settings.OPERATOR.in_language(language).legal_url
    assert address in text.replace(" ", "")


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


def home(client, member) -> str:
    client.force_login(member.user)
    return client.get("/").text


BANNER = "Your contract C-NEW waits for your agreement"


def test_home_asks_first_for_the_agreement_and_only_once(client, sent, staff, admin):
    again = summaries.draw_up(contract=sent.contract, actor=staff, now=NOW)
    render_summary(again.pk)
    assert BANNER not in home(client, admin)  # the newest cannot be agreed with yet
    again.refresh_from_db()
    summaries.send(summary=again, actor=staff, now=NOW)
    text = home(client, admin)
    assert text.count(BANNER) == 1
    main = text[text.index("<main") :]
    assert main.index(BANNER) < main.index("Last changes")
    assert page("summary_detail", again) in main
    assert page("summary_detail", sent) not in main
    assert "Agree to your contract" in main
    assert (
        "Contract summary of"
        not in client.get(
            reverse("billing:home_panel", urlconf="vms_portal.urls.portal")
        ).text
    )


def test_home_asks_no_longer_once_it_is_agreed(client, sent, admin):
    agree(sent, admin)
    text = home(client, admin)
    assert BANNER not in text
    steps = text[text.index("First steps") :]
    assert 'class="is-done"' in steps[: steps.index("Agree to your contract")]


def test_home_asks_nobody_who_sees_no_contracts(client, sent, viewer):
    assert "waits for your agreement" not in home(client, viewer)
