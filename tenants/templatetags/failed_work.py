"""What did not work, on the back office's start page."""

from typing import Any

from django import template
from django.template.context import RequestContext

from tenants.models import FailedWork

register = template.Library()


@register.inclusion_tag("admin/tenants/_what_did_not_work.html", takes_context=True)
def what_did_not_work(context: RequestContext) -> dict[str, Any]:
    """Administrators see how many wait; nobody else is told."""
    is_administrator = context["user"].is_superuser
    return {"open": FailedWork.objects.open().count() if is_administrator else 0}
