"""The Celery application. Tasks live in each app's ``tasks`` module."""

from celery import Celery

app = Celery("vms_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
