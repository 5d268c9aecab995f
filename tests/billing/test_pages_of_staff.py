"""Every page of the back office that shows rows opens with the back office's rights."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from billing.models import ContractSummary, Correction
from billing.services import summaries
from billing.tasks import render_summary
from contracts.models import Contract
from numbers.models import DestinationPolicy
from tenants.models import Invitation
from tests.billing.closed_months import close
from tests.support.october import NOW, OCTOBER
from vms_portal.kernel.work import failures

PAGES = ("changelist", "change", "history")


@pytest.fixture
def one_of_each(october, files, admin, staff, make_draft, acting_as):
    """What October and its close made, and what nobody made in it."""
    tenant = admin.tenant
    contract = make_draft("C-NEW")
    summary = summaries.draw_up(contract=contract, actor=staff, now=NOW)
    render_summary(summary.pk)
    close()
    Authenticator.objects.create(user=admin.user, type="totp", data={})
    DestinationPolicy.objects.create(tenant=tenant)
    Invitation.objects.create(
        tenant=tenant,
        email="new@acme.example",
        role="viewer",
        token_hash="x",
        invited_by=admin.user,
        expires_at=timezone.now(),
    )
    failures.report("billing.tasks.sweep", [], "it went away", repeatable=True)
    with acting_as("vms_staff"):
        Correction.objects.create(
            tenant=tenant,
            contract=contract,
            month=OCTOBER,
            number=1,
            calls_billed=2,
            calls_correct=1,
            amount=1,
            credited_at=NOW,
        )


def test_every_row_is_listed_opened_and_has_its_history(
    staff_client, staff, one_of_each
):
    staff_client.force_login(staff)
    wrong = []
    for model in admin.site._registry:
        row = model._default_manager.first()
        assert row, f"one_of_each has no {model._meta.label}"
        for page in PAGES:
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
            args = [] if page == "changelist" else [row.pk]
            answer = staff_client.get(reverse(name, args=args))
            if answer.status_code != 200:
                wrong.append((name, answer.status_code))
    assert wrong == []


def test_the_other_pages_open(staff_client, staff, one_of_each):
    staff_client.force_login(staff)
    draft = Contract.objects.get(reference="C-NEW").pk
    addresses = {
        reverse("admin:app_list", args=["billing"]): {},
        reverse("admin:jsi18n"): {},
        reverse("admin:logout"): {},
        reverse("admin:autocomplete"): {
            "app_label": "billing",
            "model_name": "order",
            "field_name": "contract",
        },
        reverse("admin:billing_month_progress", args=[OCTOBER]): {},
        reverse("admin:contracts_contract_activate", args=[draft]): {},
        reverse("admin:contracts_contract_withdraw_end", args=[draft]): {},
        reverse(
            "admin:billing_contractsummary_pdf", args=[ContractSummary.objects.get().pk]
        ): {},
        reverse(
            "admin:mfa_authenticator_delete", args=[Authenticator.objects.get().pk]
        ): {},
    }
    found = {a: staff_client.get(a, q).status_code for a, q in addresses.items()}
    assert {address: code for address, code in found.items() if code != 200} == {}


def test_no_page_breaks_for_who_sends_what_an_older_one_was_made_from(
    staff_client, staff, one_of_each
):
    """Pages that change nothing take the same fields, and answer as they do."""
    staff_client.force_login(staff)
    staff_client.raise_request_exception = False
    told, knowing, wrong = set(), set(), []
    for model in admin.site._registry:
        row: Any = model._default_manager.first()
        for page in ("change", "delete", "history"):
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
            address = reverse(name, args=[row.pk])
            if b'name="made_from"' in staff_client.get(address).content:
                knowing.add(name)
            answer = staff_client.post(address, {"made_from": "x"})
            if answer.status_code >= 500:
                wrong.append((name, answer.status_code))
            if answer.headers.get("Location") == address:
                told.add(name)
    assert wrong == []
    # The control: whoever may save is told that it was another state.
    assert told == knowing
    assert {name.rpartition("_")[0] for name in told} >= {
        "admin:contracts_contract",
        "admin:billing_order",
        "admin:numbers_geographicnumber",
        "admin:numbers_site",
        "admin:tenants_tenant",
        "admin:tenants_user",
    }
