"""Figures for Prometheus, shown to the networks that may ask."""

from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django_prometheus.exports import ExportToDjangoView
from prometheus_client import Counter

from vms_portal.kernel.inside import require_inside

sign_in_failures = Counter(
    "vms_sign_in_failures_total", "Refused sign-ins", ["process"]
)


@receiver(user_login_failed, dispatch_uid="vms_count_sign_in_failures")
def count_failure(**kwargs: object) -> None:
    sign_in_failures.labels(settings.PROCESS).inc()


def metrics(request: HttpRequest) -> HttpResponse:
    """The figures of this process; for anyone else there is no such page."""
    require_inside(request)
    return ExportToDjangoView(request)
