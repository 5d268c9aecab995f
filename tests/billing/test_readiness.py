"""A contract without numbers, a price or a recipient is neither told nor started."""

import pytest
from django.core import mail

from billing.models import Agreement, ContractOption, ContractSummary, SubscriptionQuote
from billing.selectors.readiness import Incomplete, Missing
from billing.services import contracts, summaries
from billing.tasks import render_summary
from contracts.models import Contract
from numbers.models import GeographicNumber
from tenants.models import Member
from tests.billing.closed_months import text_of
from tests.support.billing_office import url
from tests.support.october import NOW, OCTOBER, order


@pytest.fixture
def draft(make_draft, price_list, files) -> Contract:
    return make_draft("C-NEW")


def drawn(contract, staff) -> ContractSummary:
    summary = summaries.draw_up(contract=contract, actor=staff, now=NOW)
    render_summary(summary.pk)
    summary.refresh_from_db()
    return summary


def without_numbers(contract):
    GeographicNumber.objects.filter(contract=contract).update(released_on=OCTOBER)


def without_price(contract):
    Contract.objects.filter(pk=contract.pk).update(channels=30)


def without_option_price(contract):
    ContractOption.objects.create(
        tenant=contract.tenant,
        contract=contract,
        code="ACM_X",
        starts_on=OCTOBER,
        order=order(contract, OCTOBER),
    )


def without_recipient(contract):
    Member.objects.for_tenant(contract.tenant).update(is_active=False)


def without_a_recipient_who_can_sign_in(contract):
    for member in Member.objects.for_tenant(contract.tenant):
        member.user.is_active = False
        member.user.save()


CASES = [
    (without_numbers, Missing.NUMBERS, "The contract has no numbers."),
    (without_price, Missing.QUOTATION, "does not cover that many numbers or channels"),
    (without_option_price, Missing.OPTION_PRICE, "neither a list price nor a quoted"),
    (without_recipient, Missing.RECIPIENT, "There is nobody to send it to"),
    (without_a_recipient_who_can_sign_in, Missing.RECIPIENT, "There is nobody"),
]


@pytest.mark.parametrize(("lose", "missing", "_told"), CASES)
def test_no_summary_is_drawn_up(draft, staff, lose, missing, _told):
    lose(draft)
    with pytest.raises(Incomplete) as refused:
        summaries.draw_up(contract=draft, actor=staff, now=NOW)
    assert refused.value.missing == [missing]
    assert not ContractSummary.objects.exists()


@pytest.mark.parametrize(("lose", "missing", "_told"), CASES)
def test_none_is_sent_once_something_is_gone(draft, staff, lose, missing, _told):
    summary = drawn(draft, staff)
    lose(draft)
    with pytest.raises(Incomplete) as refused:
        summaries.send(summary=summary, actor=staff, now=NOW)
    assert refused.value.missing == [missing]
    summary.refresh_from_db()
    assert (summary.state, summary.sent_at, mail.outbox) == ("ready", None, [])


@pytest.mark.parametrize(("lose", "missing", "_told"), CASES)
def test_no_contract_starts(draft, staff, lose, missing, _told):
    summary = summaries.send(summary=drawn(draft, staff), actor=staff, now=NOW)
    Agreement.objects.create(
        tenant=draft.tenant,
        summary=summary,
        agreed_by=staff,
        agreed_at=NOW,
        name="A",
        terms_version="1",
        sha256="0" * 64,
    )
    lose(draft)
    with pytest.raises(Incomplete) as refused:
        contracts.activate(contract=draft, activated_on=OCTOBER, actor=staff, now=NOW)
    assert refused.value.missing == [missing]
    draft.refresh_from_db()
    assert draft.activated_on is None


def test_all_that_is_missing_is_told_at_once(draft, staff):
    for lose in (without_numbers, without_price, without_recipient):
        lose(draft)
    with pytest.raises(Incomplete) as refused:
        summaries.draw_up(contract=draft, actor=staff, now=NOW)
    assert refused.value.missing == [
        Missing.NUMBERS,
        Missing.QUOTATION,
        Missing.RECIPIENT,
    ]


def test_a_quotation_is_a_price(draft, staff):
    without_price(draft)
    SubscriptionQuote.objects.create(
        tenant=draft.tenant, contract=draft, monthly_price=99, quoted_on=OCTOBER
    )
    assert summaries.draw_up(contract=draft, actor=staff, now=NOW).version == 1


@pytest.mark.parametrize(("lose", "_missing", "told"), CASES)
def test_the_page_says_what_and_leads_there(
    staff_client, draft, staff, lose, _missing, told
):
    lose(draft)
    staff_client.force_login(staff)
    page = staff_client.get(url("contracts_contract_change", draft.pk))
    assert told in text_of(page)
    assert "Draw up a summary" not in text_of(page)

    where = url("contracts_contract_draw_up", draft.pk)
    refused = staff_client.post(where, follow=True)
    assert told in text_of(refused)
    assert not ContractSummary.objects.exists()


def test_every_link_to_what_is_missing_opens(staff_client, draft, staff):
    staff_client.force_login(staff)
    without_numbers(draft)
    without_recipient(draft)
    for name, values in {
        "numbers_geographicnumber_import": {"contract": draft.pk},
        "tenants_invitation_add": {"tenant": draft.tenant_id},
    }.items():
        page = staff_client.get(url(name), values)
        assert page.status_code == 200
        assert (
            f'value="{next(iter(values.values()))}" selected' in page.content.decode()
        )
    for odd in ("x", "9" * 30, "-1", ""):
        page = staff_client.get(
            url("numbers_geographicnumber_import"), {"contract": odd}
        )
        assert page.status_code == 200


def test_a_summary_that_a_newer_one_replaced_says_so(staff_client, draft, staff, admin):
    first = summaries.send(summary=drawn(draft, staff), actor=staff, now=NOW)
    drawn(draft, staff)
    staff_client.force_login(staff)
    page = text_of(staff_client.get(url("contracts_contract_change", draft.pk)))
    assert "Replaced by v2" in page
    listed = text_of(staff_client.get(url("billing_contractsummary_changelist")))
    assert "Replaced by v2" in listed
    one = url("billing_contractsummary_change", first.pk)
    assert "Replaced by v2" in text_of(staff_client.get(one))


def test_the_page_refreshes_itself_until_the_summary_is_ready(
    staff_client, draft, staff
):
    staff_client.force_login(staff)
    where = url("contracts_contract_steps", draft.pk)
    summary = summaries.draw_up(contract=draft, actor=staff, now=NOW)
    assert "every 2s" in staff_client.get(where).content.decode()
    render_summary(summary.pk)
    page = staff_client.get(where).content.decode()
    assert "every 2s" not in page
    assert "Send to the customer" in page
