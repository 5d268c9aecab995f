"""Sales run a contract's life in the back office, and enter orders."""

import pytest

from billing.models import ContractSummary, Order, PriceList
from billing.tasks import render_summary
from contracts.models import Contract
from tests.support.billing_office import order_form, url


def test_sales_draw_up_send_and_start(
    staff_client,
    acme,
    make_contract,
    price_list,
    files,
    admin,
    staff,
    site,
    make_number,
):
    contract = make_contract(acme, state="draft", activated_on=None, reference="C-NEW")
    make_number(contract, site, "+3225501299")
    staff_client.force_login(staff)
    staff_client.post(url("contracts_contract_draw_up", contract.pk))
    summary = ContractSummary.objects.get(contract=contract)
    render_summary(summary.pk)

    sent = staff_client.post(
        url("billing_contractsummary_send", summary.pk), follow=True
    )
    started = staff_client.post(
        url("contracts_contract_activate", contract.pk),
        {"day": "2026-11-01"},
        follow=True,
    )

    assert admin.user.email in sent.content.decode()
    assert "is not agreed" in started.content.decode()
    contract.refresh_from_db()
    assert contract.state == "sent"


def test_an_order_is_entered_with_its_work(staff_client, customers, price_list, staff):
    staff_client.force_login(staff)
    form = {
        "contract": customers[0].pk,
        "reference": "O-77",
        "ordered_on": "2026-11-02",
        "terms_version": "2026-01",
        "accepted_by": "Alice",
        "accepted_at_0": "",
        "accepted_at_1": "",
        "options-TOTAL_FORMS": "1",
        "options-INITIAL_FORMS": "0",
        "options-0-code": "msg_10",
        "options-0-quantity": "1",
        "options-0-messages": "12",
        "options-0-starts_on": "2026-11-02",
        "one_offs-TOTAL_FORMS": "1",
        "one_offs-INITIAL_FORMS": "0",
        "one_offs-0-code": "CONSULT_DAY",
        "one_offs-0-quantity": "1.3",
    }

    refused = staff_client.post(url("billing_order_add"), form)
    assert "half days" in refused.content.decode()

    staff_client.post(url("billing_order_add"), form | {"one_offs-0-quantity": "1.5"})
    order = Order.objects.get(reference="O-77")
    assert order.tenant == customers[0].tenant
    assert order.options.get().code == "MSG_10"
    assert order.one_offs.get().contract == customers[0]


def test_a_second_installation_is_refused_with_a_sentence(staff_client, october, staff):
    contract = Contract.objects.get(tenant__reference="ACME")
    staff_client.force_login(staff)
    form = order_form(contract) | {
        "one_offs-TOTAL_FORMS": "1",
        "one_offs-0-code": "INSTALL",
        "one_offs-0-quantity": "1",
    }

    refused = staff_client.post(url("billing_order_add"), form)

    assert refused.status_code == 200
    assert "A contract is installed once." in refused.content.decode()
    assert not Order.objects.filter(reference="O-78").exists()


@pytest.mark.parametrize(
    ("part", "code"), [("options", "INSTALL"), ("one_offs", "REC_500MB")]
)
def test_a_code_of_the_other_kind_is_refused(
    staff_client, customers, price_list, staff, part, code
):
    staff_client.force_login(staff)
    form = order_form(customers[0]) | {
        f"{part}-TOTAL_FORMS": "1",
        f"{part}-0-code": code,
        f"{part}-0-quantity": "1",
        f"{part}-0-starts_on": "2026-11-02",
    }

    refused = staff_client.post(url("billing_order_add"), form)

    assert "No price list knows this code." in refused.content.decode()


def test_a_price_list_is_checked_and_one_in_force_is_read_only(
    staff_client, price_list, staff
):
    staff_client.force_login(staff)
    form = {"reference": "PL-X", "valid_from": "2099-01-01", "definition": '{"trm": 1}'}

    refused = staff_client.post(url("billing_pricelist_add"), form)

    assert "is expected" in refused.content.decode()
    assert not PriceList.objects.filter(reference="PL-X").exists()
    page = staff_client.get(url("billing_pricelist_change", price_list.pk))
    assert 'name="_save"' not in page.content.decode()
