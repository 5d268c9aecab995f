"""How many tasks a decision makes, and where they wait."""

from django.conf import settings

from routing import tasks
from routing.services.compiling import compile_customer
from tests.routing.conftest import MONDAY
from vms_portal.celery import app


def test_a_thousand_numbers_make_a_handful_of_tasks(
    contract, site, make_number, django_capture_on_commit_callbacks
):
    numbers = [make_number(contract, site, f"+3225{n:06}") for n in range(1001)]
    with django_capture_on_commit_callbacks() as queued:
        compile_customer(contract.tenant, now=MONDAY)
    assert len(queued) == 3
    pushed = [pk for act in queued for pk in act.work[1][1]]
    assert sorted(pushed) == sorted(number.pk for number in numbers)


def test_what_was_decided_about_calls_waits_behind_nothing_else():
    queues = {
        name: app.amqp.router.route({}, name)["queue"].name
        for name in app.tasks
        if name.startswith(("routing", "billing", "traffic", "tenants", "demo"))
    }
    assert queues[tasks.push_plans.name] == "routing"
    assert [name for name, queue in queues.items() if queue == "routing"] == [
        tasks.push_plans.name
    ]
    assert set(queues.values()) <= {queue.name for queue in settings.CELERY_TASK_QUEUES}
