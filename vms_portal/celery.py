"""The Celery application. Tasks live in each app's ``tasks`` module."""

import os

from celery import Celery
from celery.signals import celeryd_init, worker_process_init

from vms_portal.kernel.mail.server import require_mail_server
from vms_portal.kernel.running.memory import keep_loaded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vms_portal.settings")

app = Celery("vms_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
def _look(**_signal: object) -> None:
    require_mail_server()


@worker_process_init.connect
def _begin(**_signal: object) -> None:
    keep_loaded()
