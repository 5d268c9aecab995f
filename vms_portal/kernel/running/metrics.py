"""Figures for Prometheus, shown to the networks that may ask."""

from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django_prometheus.exports import ExportToDjangoView
from django_prometheus.middleware import PrometheusAfterMiddleware

from vms_portal.kernel.running.figures import Counter
from vms_portal.kernel.running.inside import require_inside

sign_in_failures = Counter(
    "vms_sign_in_failures_total", "Refused sign-ins", ["process"]
)


@receiver(user_login_failed, dispatch_uid="vms_count_sign_in_failures")
def count_failure(**kwargs: object) -> None:
    sign_in_failures.labels(settings.PROCESS).inc()


class FiguresMiddleware(PrometheusAfterMiddleware):
    """Counts every answer, also those no view was asked for.

    A method somebody made up is no label of its own: each would be kept for good.
    """

    def label_metric(
        self, metric: Any, request: HttpRequest, response: Any = None, **labels: Any
    ) -> Any:
        if "method" in labels:
            labels["method"] = self._method(request)
        return super().label_metric(metric, request, response, **labels)


def metrics(request: HttpRequest) -> HttpResponse:
    """The figures of this process; for anyone else there is no such page."""
    require_inside(request)
    return ExportToDjangoView(request)
