"""Which queue a process hands its tasks to, and which are taken out of each.

Whoever takes the portal or the back office over may put anything into its queues
(deploy/redis.acl), so a worker runs what that process itself sends and nothing else.
The queues of the workers alone, which are not named here, take every task.
"""

from kombu import Queue

from vms_portal.schedule import DEMO_SCHEDULE, SCHEDULE

WORKERS = "celery"
ROUTES = {
    "billing.tasks.render_*": {"queue": "documents"},
    "routing.tasks.push_plans": {"queue": "routing"},
}
PORTAL = {
    "billing.tasks.apply_agreement",
    "billing.tasks.repair_file",
    "routing.tasks.announce_destinations",
    "routing.tasks.announce_left_out",
    "routing.tasks.compile_plans",
    "routing.tasks.tell_expired",
    "tenants.tasks.send_password_reset",
    "tenants.tasks.send_security_mail",
    "tenants.tasks.send_warning_mail",
}
BACKOFFICE = PORTAL | {
    "billing.tasks.continue_close",
    "tenants.tasks.retry_failed_work",
    "tenants.tasks.send_first_link",
    "tenants.tasks.send_notice",
    "traffic.tasks.release_quarantined",
}
TAKES: dict[str, set[str]] = {
    "portal": PORTAL,
    "backoffice": BACKOFFICE,
    "beat": {*SCHEDULE, *DEMO_SCHEDULE},
    # Rendering takes seconds, closing and importing minutes: what was decided about
    # calls waits for none of them and has a worker of its own.
    "documents": {"billing.tasks.render_invoice", "billing.tasks.render_summary"},
    "routing": {"routing.tasks.push_plans"},
}
# The processes with a queue of their own, by its name, and all that each may send.
SENT_BY = {
    "portal": PORTAL | TAKES["routing"],
    "backoffice": BACKOFFICE | TAKES["routing"] | TAKES["documents"],
    "beat": TAKES["beat"],
}
# A worker that is told nothing takes from all.
QUEUES = [Queue(WORKERS), *map(Queue, TAKES)]


def own_queue(process: str) -> str:
    return process if process in SENT_BY else WORKERS


def takes(queue: str, task: str) -> bool:
    return queue not in TAKES or task in TAKES[queue]


def may_send(process: str, task: str) -> bool:
    return process not in SENT_BY or task in SENT_BY[process]
