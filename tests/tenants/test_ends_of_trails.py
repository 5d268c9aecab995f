"""A trail goes on from its end, whichever process is taken over."""

import pytest
from django.db import ProgrammingError, connection, transaction

from tenants.audit.record import Act, record, record_each
from tenants.audit.verification import verify
from tenants.models import AuditEvent

MOST = 2**63 - 1
MOVE = "UPDATE tenants_audithead SET sequence = sequence + %s WHERE tenant_id = %s"
BEGIN = "INSERT INTO tenants_audithead (sequence, tenant_id, hash) VALUES (%s, %s, '')"
WRITE = (
    "INSERT INTO tenants_auditevent (sequence, tenant_id, at, actor_name, action, "
    "target_type, target_id, target_label, detail, request_id, previous_hash, hash) "
    "VALUES (%s, %s, now(), 'x', 'number.labelled', 'a', '1', 'x', '{}', '', '', '')"
)
WRITERS = ["vms_app", "vms_staff", "vms_worker"]


@pytest.fixture(autouse=True)
def trail(acme, admin) -> None:
    """A customer's trail with one event."""
    record(actor=admin, action="number.labelled", target=admin.user, tenant=acme)


@pytest.fixture
def done(acting_as):
    def run(role, tenant, statement: str, number: int) -> None:
        acting = acting_as(role, tenant=tenant.pk)
        with acting, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [number, tenant.pk])

    return run


@pytest.mark.parametrize("role", WRITERS)
@pytest.mark.parametrize(
    ("statement", "number"),
    [(MOVE, MOST - 1), (MOVE, 1_000_001), (MOVE, -1), (WRITE, 2), (WRITE, MOST)],
)
def test_no_process_takes_the_place_of_what_comes_next(
    done, acting_as, acme, admin, staff, role, statement, number
):
    with pytest.raises(ProgrammingError, match="goes on from its end"):
        done(role, acme, statement, number)
    with acting_as("vms_staff"):
        acts = [Act(admin.user, {}, acme)] * 2
        record_each(acts, actor=staff, action="member.deactivated")
    assert verify(acme) == (3, [])


@pytest.mark.parametrize("role", WRITERS)
def test_a_trail_begins_at_its_beginning(done, acting_as, globex, staff, role):
    with pytest.raises(ProgrammingError, match="goes on from its end"):
        done(role, globex, BEGIN, MOST)
    with acting_as("vms_staff"):
        record(actor=staff, action="member.deactivated", target=globex, tenant=globex)
    assert verify(globex) == (1, [])


def test_an_end_that_was_moved_ahead_stops_nobody(done, acting_as, acme, admin, staff):
    """The control: the step an act may take. The check of the trail tells of it."""
    done("vms_app", acme, MOVE, 1_000_000)
    done("vms_app", acme, WRITE, 2)
    with acting_as("vms_staff"):
        record(actor=staff, action="member.deactivated", target=admin.user, tenant=acme)
    assert AuditEvent.objects.filter(tenant=acme).count() == 3
    assert verify(acme)[1]
