"""The back office of numbers: addresses, and the acts recorded."""

from tenants.models import AuditEvent

NUMBERS = "/numbers/geographicnumber/"
PASSWORD = "a-long-enough-secret"


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))
