"""Staff enter a contract and start one that is agreed, in the back office."""

from django.utils import timezone

from contracts.models import Contract
from tests.billing.test_notices import agreed
from tests.support.billing_office import url
from vms_portal.kernel.local_time import local_date

__all__ = ["agreed"]


def as_shown(page) -> dict[str, object]:
    """What a form holds that nobody has typed into."""
    forms = [page.context["adminform"].form]
    forms += [
        part.formset.management_form for part in page.context["inline_admin_formsets"]
    ]
    return {
        bound.html_name: bound.value() if bound.value() is not None else ""
        for form in forms
        for bound in form
    }


def test_a_contract_is_entered(staff_client, staff, acme):
    staff_client.force_login(staff)
    page = staff_client.get(url("contracts_contract_add"))
    sent = as_shown(page) | {"tenant": acme.pk, "reference": "C-NEW"}
    assert staff_client.post(url("contracts_contract_add"), sent).status_code == 302
    contract = Contract.objects.get(reference="C-NEW")
    assert (contract.tenant, contract.state) == (acme, "draft")


def test_an_agreed_contract_is_started(staff_client, staff, agreed):
    staff_client.force_login(staff)
    today = local_date(timezone.now())
    address = url("contracts_contract_activate", agreed.pk)
    answer = staff_client.post(address, {"day": today.isoformat()})
    assert answer["Location"] == url("contracts_contract_change", agreed.pk)
    agreed.refresh_from_db()
    assert (agreed.state, agreed.activated_on) == ("active", today)
