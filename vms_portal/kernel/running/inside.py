"""What only those who run the portal may ask."""

import ipaddress

from django.conf import settings
from django.http import Http404, HttpRequest


def require_inside(request: HttpRequest) -> None:
    """404 unless the asker is in one of our networks and came without a proxy."""
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
