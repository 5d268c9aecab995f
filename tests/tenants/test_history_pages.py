"""Earlier versions are shown in the back office, and none of them is brought back."""

import pytest
from django.urls import reverse

from contracts.models import Contract
from numbers.models import GeographicNumber, Site


@pytest.fixture
def rows(number, site, contract):
    """One of each kind that keeps its history, changed since it was made."""
    site.city = "Ixelles"
    number.label = "Reception"
    contract.channels = 60
    for row in (site, number, contract):
        row.save()
    return {Site: site, GeographicNumber: number, Contract: contract}


def versions(row) -> list[str]:
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_simple_history"
    ids = type(row).history.filter(id=row.pk).values_list("history_id", flat=True)
    backoffice = "vms_portal.urls.backoffice"
    return [reverse(name, args=[row.pk, pk], urlconf=backoffice) for pk in ids]


@pytest.mark.parametrize("model", [Site, GeographicNumber, Contract])
def test_every_version_is_shown(staff_client, staff, rows, model):
    client = staff_client
    client.force_login(staff)
    addresses = versions(rows[model])
    assert len(addresses) == 2
    for address in addresses:
        page = client.get(address)
        assert page.status_code == 200
        assert "Revert" not in page.content.decode()


@pytest.mark.parametrize("model", [Site, GeographicNumber, Contract])
def test_no_version_is_brought_back(staff_client, staff, rows, model):
    client, row = staff_client, rows[model]
    client.force_login(staff)
    oldest = versions(row)[-1]
    before = model.objects.filter(pk=row.pk).values().get()
    form = client.get(oldest).context["adminform"].form
    sent = {name: form[name].value() or "" for name in form.fields}
    assert client.post(oldest, sent).status_code == 403
    assert model.objects.filter(pk=row.pk).values().get() == before
