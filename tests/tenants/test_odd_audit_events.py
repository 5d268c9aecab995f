"""Whatever a process wrote into the trail, all who read the trail go on reading it."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.urls import reverse

from tenants.audit.record import record
from tenants.models import AuditEvent

pytestmark = pytest.mark.django_db(transaction=True)
LIST = reverse(
    "admin:tenants_auditevent_changelist", urlconf="vms_portal.urls.backoffice"
)
DETAILS = {
    "a number without end": f'{{"n": {"1" * 5000}}}',
    "many floors": '{"a":' * 800 + "1" + "}" * 800,
    "floors that can just be read": '{"a":' * 95 + "1" + "}" * 95,
    "a list": "[1, 2]",
    "a number": "7",
    "nothing": "null",
    "no amount": '{"amount": "x"}',
    "an amount without end": '{"amount": 1e300}',
    "many amounts": '{"total_incl_vat": [1]}',
    "kinds of no kind": '{"kind": ["tenants.user"]}',
    "changes of no kind": '{"changes": 7, "fields": 8}',
    "no day": '{"at": "2026-99-99T99:99"}',
    "the end of the calendar": '{"at": "9999-12-31T23:59:59-23:00"}',
}


def write(acting_as, member, detail: str, at: str = "2026-11-27 17:00+00") -> None:
    """As the portal's role: the end of the chain moved along, and the event."""
    tenant = member.tenant_id
    with (
        acting_as("vms_app", tenant=tenant, user=member.user_id),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT sequence, hash FROM tenants_audithead")
        sequence, last = cursor.fetchone()
        cursor.execute(
            "UPDATE tenants_audithead SET sequence = %s, hash = %s",
            [sequence + 1, "f" * 64],
        )
        cursor.execute(
            "INSERT INTO tenants_auditevent (sequence, at, actor_name, action, "
            "target_type, target_id, target_label, detail, request_id, "
            "previous_hash, hash, tenant_id) VALUES (%s, %s, 'x', "
            "'number.labelled', 'numbers.geographicnumber', '1', 'odd one', "
            "%s::jsonb, '', %s, %s, %s)",
            [sequence + 1, at, detail, last, "f" * 64, tenant],
        )


def is_read_by_everybody(client, staff_client, staff, admin) -> AuditEvent:
    event = AuditEvent.objects.get(target_label="odd one")
    staff_client.force_login(staff)
    for page in (LIST, f"{LIST}{event.pk}/change/", "/"):
        assert staff_client.get(page).status_code == 200
    client.force_login(admin.user)
    for page in ("/", "/audit/", "/audit/export/"):
        answer = client.get(page)
        assert answer.status_code == 200
        assert page == "/" or "odd one" in answer.text
    return event


def is_found_by_the_check(capsys, event: AuditEvent) -> None:
    with pytest.raises(CommandError, match=r"1 problem\(s\)"):
        call_command("verify_audit")
    told = capsys.readouterr().err
    assert f"event {event.sequence} was changed: number.labelled of odd one" in told


@pytest.mark.parametrize("name", DETAILS)
def test_a_detail_of_any_kind_is_shown_and_the_check_names_its_event(
    client, staff_client, staff, admin, acting_as, capsys, name
):
    with transaction.atomic():
        record(actor=admin, action="token.created", target=admin)
    write(acting_as, admin, DETAILS[name])
    event = is_read_by_everybody(client, staff_client, staff, admin)
    is_found_by_the_check(capsys, event)


@pytest.mark.parametrize("at", ["infinity", "-infinity", "294276-01-01 00:00+00"])
def test_a_time_of_no_calendar_is_shown_and_the_check_names_its_event(
    client, staff_client, staff, admin, acting_as, capsys, at
):
    with transaction.atomic():
        record(actor=admin, action="token.created", target=admin)
    write(acting_as, admin, "{}", at)
    event = is_read_by_everybody(client, staff_client, staff, admin)
    is_found_by_the_check(capsys, event)
