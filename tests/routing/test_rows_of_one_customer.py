"""What is wrong with the rows of one customer stops the work for no other."""

import datetime as dt

import pytest
from django.db import OperationalError, ProgrammingError, connection, transaction
from django.utils import timezone
from redis.exceptions import RedisError

from numbers.models import Line, Site
from routing import network, tasks
from routing.models import CompiledPlan, Override
from tenants.audit.record import record
from tenants.models import AuditHead, FailedWork
from tests.routing.conftest import MOBILE
from vms_portal.kernel.work.tasks import listed_alone

HOUR = dt.timedelta(hours=1)
MOST = 2**63 - 1
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def other(number, globex, make_contract, make_number):
    """A number of another customer, whose rows come behind those of the first."""
    gent = Site.objects.create(tenant=globex, name="Gent", slug="gent")
    Line.objects.create(tenant=globex, site=gent, e164="+3292501200")
    return make_number(make_contract(globex), gent, "+3292223344")


def as_portal(acting_as, acme, statement: str, *values: int | str) -> None:
    with acting_as("vms_app", tenant=acme.pk), connection.cursor() as cursor:
        cursor.execute(statement, values)


def diversion(number, author) -> Override:
    begun = timezone.now() - 2 * HOUR
    return Override.objects.create(
        tenant=number.tenant,
        number=number,
        destination=MOBILE,
        created_by=author,
        starts_at=begun,
        until=begun + HOUR,
    )


@pytest.mark.parametrize("sequence", [0, MOST])
def test_a_trail_that_was_spoiled_lets_the_others_diversions_end(
    number, other, editor, acme, at_once, sequence
):
    with transaction.atomic():
        record(actor=editor, action="token.created", target=editor)
    mine, theirs = (diversion(one, editor.user) for one in (number, other))
    AuditHead.objects.filter(tenant=acme).update(sequence=sequence)
    tasks.end_expired_overrides()
    theirs.refresh_from_db()
    mine.refresh_from_db()
    assert (theirs.ended_at, mine.ended_at) == (theirs.until, None)
    listed = FailedWork.objects.open().get()
    assert str(listed) == "Record diversions that ended"
    assert listed.arguments == [f"tenants.Tenant {acme.pk}"]
    AuditHead.objects.filter(tenant=acme).update(sequence=1)
    tasks.end_expired_overrides()
    mine.refresh_from_db()
    assert mine.ended_at == mine.until


@pytest.mark.parametrize(
    "change",
    [
        "revision = 1",
        "body = ('[' || repeat('1', 5000) || ']')::jsonb",
        "body = (repeat('[', 900) || repeat(']', 900))::jsonb",
        "body = 'null'",
        "horizon = 'infinity', compiled_at = '-infinity'",
        "digest = ''",
    ],
)
def test_a_plan_that_was_spoiled_lets_the_others_be_repaired(
    number, other, acme, link, acting_as, change
):
    tasks.reconcile_plans()
    keys = [network.plan_key(one.e164) for one in (number, other)]
    assert CompiledPlan.objects.count() == 2
    CompiledPlan.objects.filter(number=number).update(revision=MOST)
    tasks.reconcile_plans()
    as_portal(acting_as, acme, f"UPDATE routing_compiledplan SET {change}")
    link.delete(keys[1])
    tasks.reconcile_plans()
    tasks.recompile_plans()
    assert link.exists(keys[1])
    if change == "revision = 1":
        acts = FailedWork.objects.open().values_list("act", flat=True)
        assert "routing.tasks.reconcile_plans" in acts


def test_the_portal_gives_no_plan_a_revision_ahead_of_the_clock(
    number, acme, link, acting_as
):
    """Redis would keep it from whoever has the number next."""
    tasks.reconcile_plans()
    now = int(timezone.now().timestamp() * 1_000_000)
    change = "UPDATE routing_compiledplan SET revision = %s"
    for revision in (MOST, now + 2 * 3600 * 1_000_000):
        portal = acting_as("vms_app", tenant=acme.pk)
        refused = pytest.raises(ProgrammingError, match="of the clock")
        with portal, refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change, [revision])
    # The control: a revision of the moment.
    as_portal(acting_as, acme, change, now)
    assert CompiledPlan.objects.get(number=number).revision == now


@pytest.mark.parametrize("error", [OSError, OperationalError, RedisError])
def test_what_is_away_is_away_for_all(error):
    """The control: the task is tried again, as a whole."""
    with pytest.raises(error), listed_alone("tests.broken"):
        raise error("gone")
    assert not FailedWork.objects.exists()
