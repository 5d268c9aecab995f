"""The audit trail as staff read it: one line an act, in words, and a row's history."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from structlog.contextvars import bound_contextvars

from tenants.audit.record import Act, record, record_each
from tenants.models import AuditEvent
from vms_portal.kernel.local_time import BRUSSELS

LIST = "/tenants/auditevent/"
AT = dt.datetime(2026, 10, 1, 8, 0, tzinfo=BRUSSELS)


@pytest.fixture
def office(staff_client, staff):
    staff_client.force_login(staff)
    return staff_client


@pytest.fixture
def resumed(acme, staff, contract, site, make_number):
    """Twelve numbers put back in service by one act, and one by another."""
    numbers = [make_number(contract, site, f"+322550{n:04}") for n in range(1200, 1213)]
    for request, some in (("a" * 32, numbers[:12]), ("b" * 32, numbers[12:])):
        with bound_contextvars(request_id=request):
            record_each(
                [Act(number, {"reason": "paid"}, acme) for number in some],
                actor=staff,
                action="number.resumed",
                at=AT,
            )
    return numbers


def rows(page: str) -> list[str]:
    found = re.findall(
        r"<tr>(.*?)</tr>",
        page.partition('id="result_list"')[2].partition("<tbody>")[2],
        re.DOTALL,
    )
    return [" ".join(re.sub("<[^>]+>", " ", row).split()) for row in found]


def test_an_act_on_many_numbers_is_one_line_that_opens(office, resumed):
    page = office.get(LIST).text
    assert [row.partition("Number back in service ")[2] for row in rows(page)] == [
        "+32 2 550 12 12",
        "+32 2 550 12 11 and 11 others",
    ]
    (link,) = re.findall(r'href="([^"]+)">[^<]*and 11 others', page)
    opened = rows(office.get(link.replace("&amp;", "&")).text)
    assert len(opened) == 12
    assert "others" not in "".join(opened)


@pytest.mark.parametrize("typed", ["02 550 12 03", "+3225501203", "+32(0)2 550 12 03"])
def test_a_search_finds_a_row_inside_of_an_act(office, resumed, typed):
    (row,) = rows(office.get(f"{LIST}?q={typed}").text)
    assert row.endswith("+32 2 550 12 03")


def test_acts_of_two_customers_are_two_lines(office, resumed, globex, staff):
    with bound_contextvars(request_id="a" * 32):
        record(actor=staff, action="number.resumed", target=globex, tenant=globex)
        record(actor=staff, action="number.resumed", target=staff)
    assert len(rows(office.get(LIST).text)) == 4


def test_what_has_no_request_is_never_joined(office, acme, staff):
    for _time in range(3):
        record(actor="expiry", action="number.divert_expired", target=acme)
    assert len(rows(office.get(LIST).text)) == 3


def test_an_event_is_told_in_words(office, staff, resumed):
    staff.language = "fr"
    staff.save()
    event = AuditEvent.objects.latest("pk")
    page = office.get(reverse("admin:tenants_auditevent_change", args=[event.pk])).text
    assert "<b>motif</b> paid" in page
    assert "{&quot;" not in page
    assert "number.resumed" not in page
    assert "1er octobre 2026" in page
    assert "+3225501212" not in page


def test_the_history_of_a_row_is_its_audit_trail(office, acme, staff):
    record(
        actor=staff,
        action="staff.changed",
        target=acme,
        detail={"reason": "moved"},
        at=AT,
    )
    page = office.get(reverse("admin:tenants_tenant_history", args=[acme.pk])).text
    assert "Changed in the back office" in page
    assert "reason: moved" in page
    assert "audit trail has nothing" not in page


def test_administrators_see_what_their_colleagues_did(office, staff, admin, acme):
    record(actor=admin.user, action="site.changed", target=acme)
    record(actor=staff, action="staff.changed", target=acme)
    recent = office.get("/").text.partition("recent-actions-module")[2]
    assert "Changed in the back office" in recent
    assert "Site changed" not in recent
    assert str(staff) in recent
