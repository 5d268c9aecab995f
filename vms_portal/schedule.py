"""What beat queues, and when. Every task of it may run twice or late.

Nothing is rarer than once an hour, and what is not due every minute has its minute
of the clock: an interval would begin anew with each start of beat, which forgets
when it ran last, and a time of day could be the very one of a nightly restart.
"""

from celery.schedules import crontab

from vms_portal import environment

SWEEP_SECONDS = float(environment.number("VMS_SWEEP_SECONDS", 30, least=1))
SCHEDULE: dict[str, dict[str, object]] = {
    name: {"task": name, "schedule": due}
    for name, due in {
        "routing.tasks.reconcile_plans": 60.0,
        "routing.tasks.end_expired_overrides": 60.0,
        "routing.tasks.sweep_announcements": 60.0,
        # Every hour, and so right after midnight in Brussels, when options and
        # numbers begin and end; finds as well what was lost before the queue.
        "routing.tasks.recompile_plans": crontab(minute=1),
        "tenants.tasks.retry_failed_work": 60.0,
        "tenants.tasks.sweep_notices": 60.0,
        "tenants.tasks.anchor_audit": crontab(minute=17),
        "tenants.tasks.forget_idempotency_keys": crontab(minute=37),
        "tenants.tasks.forget_sessions": crontab(minute=27),
        "billing.tasks.sweep": SWEEP_SECONDS,
        "traffic.tasks.make_partitions": crontab(minute=47),
    }.items()
}
# Due at once after a night's rest: beat remembers when it ran last.
DEMO_SCHEDULE: dict[str, dict[str, object]] = {
    "demo.tasks.continue_calls": {
        "task": "demo.tasks.continue_calls",
        "schedule": 300.0,
    }
}
