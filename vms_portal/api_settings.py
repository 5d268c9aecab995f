"""How the API asks who calls, answers, and describes itself."""

from typing import Any


def rest_framework(*, rate: str, proxies: int) -> dict[str, Any]:
    """Return Django REST framework's settings.

    ``rate`` is what a customer may ask, such as 600/min; ``proxies`` of ours stand
    before the process.
    """
    return {
        "DEFAULT_AUTHENTICATION_CLASSES": [
            "tenants.api.authentication.TokenAuthentication",
            "tenants.api.authentication.SessionAuthentication",
        ],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PARSER_CLASSES": ["vms_portal.kernel.api.json_body.BoundedJSONParser"],
        "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
        # Of the description too, which would take any text of ?version= for one.
        "ALLOWED_VERSIONS": ["1"],
        "DEFAULT_THROTTLE_CLASSES": ["tenants.api.throttling.CustomerThrottle"],
        "DEFAULT_THROTTLE_RATES": {
            "customer": rate,
            "wrong_token": "30/min",
            "kept_form": "20/hour",
        },
        "NUM_PROXIES": proxies,
        "EXCEPTION_HANDLER": "vms_portal.kernel.api.endpoints.error_as_data",
        "DEFAULT_PAGINATION_CLASS": "vms_portal.kernel.api.endpoints.Pagination",
        "PAGE_SIZE": 50,
    }


DESCRIPTION = {
    "TITLE": "VMS portal API",
    "VERSION": "1",
    "DESCRIPTION": "Numbers, routing, calls and invoices of one customer.",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "vms_portal.kernel.api.openapi.add_errors",
    ],
}
