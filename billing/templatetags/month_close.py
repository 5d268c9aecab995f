"""What the back office's start page tells about months to close."""

from django import template
from django.template import Context
from django.utils import timezone

from billing.selectors.month import Preview, months_ready, preview
from billing.selectors.overbilled import overbilled
from billing.services.closing import months_to_continue

register = template.Library()


@register.inclusion_tag("admin/billing/_ready_to_close.html", takes_context=True)
def ready_to_close(context: Context) -> dict[str, object]:
    """The month to close first, with its preview, and what to credit; for finance."""
    user = context["request"].user
    if not user.has_perm("billing.view_invoice"):
        return {}
    ready = months_ready(timezone.now())
    first: Preview | None = preview(ready[0]) if ready else None
    sees_corrections = user.has_perm("billing.view_correction")
    return {
        "month": ready[0] if ready else None,
        "preview": first,
        "running": months_to_continue(),
        "overbilled": len(overbilled()) if sees_corrections else 0,
    }
