"""A list answers 400 to a query it cannot take, and takes no fault of ours for one."""

import pytest

from tenants.admin.customers import TenantAdmin
from tenants.admin.people import GroupFilter
from tenants.models import User


def bug(*args, **kwargs):
    raise TypeError("a fault of ours")


def bug_in_a_library(self, request=None, *args):
    return User.objects.filter(pk="no number")


@pytest.mark.parametrize(
    "query",
    [
        "id__in=a",
        "id__range=1",
        "created_at__year=99999999",
        "name__regex=(",
        "id=" + "9" * 5000,
        "language__x=1",
    ],
)
def test_a_query_the_list_cannot_take_is_refused(staff_client, staff, acme, query):
    staff_client.force_login(staff)
    answer = staff_client.get(f"/tenants/tenant/?{query}")
    # Django leaves out what it knows to be none.
    assert answer.status_code in {302, 400}


@pytest.mark.parametrize(
    ("broken", "name", "fault", "url", "error"),
    [
        (TenantAdmin, "vat", bug, "/tenants/tenant/?is_active=1", TypeError),
        (TenantAdmin, "get_queryset", bug, "/tenants/tenant/?is_active=1", TypeError),
        (GroupFilter, "queryset", bug, "/tenants/user/?group=sales", TypeError),
        (TenantAdmin, "vat", bug_in_a_library, "/tenants/tenant/?p=0", ValueError),
        (TenantAdmin, "get_search_results", bug, "/tenants/tenant/?q=acme", TypeError),
    ],
)
def test_a_fault_of_ours_is_no_fault_of_the_query(
    staff_client, staff, acme, monkeypatch, broken, name, fault, url, error
):
    """Broken on purpose: a column, a query, a filter, a search."""
    staff_client.force_login(staff)
    assert staff_client.get(url).status_code == 200
    monkeypatch.setattr(broken, name, fault)
    with pytest.raises(error):
        staff_client.get(url)
