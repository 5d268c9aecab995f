"""Figures for Prometheus, shown to the networks that may ask."""

import ipaddress

from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse
from django_prometheus.exports import ExportToDjangoView
from prometheus_client import Counter

sign_in_failures = Counter(
    "vms_sign_in_failures_total", "Refused sign-ins", ["process"]
)


@receiver(user_login_failed, dispatch_uid="vms_count_sign_in_failures")
def count_failure(**kwargs: object) -> None:
    sign_in_failures.labels(settings.PROCESS).inc()


def metrics(request: HttpRequest) -> HttpResponse:
    """The figures of this process; for anyone else there is no such page."""
    try:
        asker = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError as error:
        raise Http404 from error
    networks = [ipaddress.ip_network(text) for text in settings.METRICS_NETWORKS]
    # A request that came through the proxy carries its address, not the asker's.
    if "HTTP_X_FORWARDED_FOR" in request.META or not any(
        asker in network for network in networks
    ):
        raise Http404
    return ExportToDjangoView(request)
