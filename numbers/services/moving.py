"""What staff correct on a number in service."""

from django.db import transaction

from numbers.models import GeographicNumber, Site
from tenants.audit.record import Actor, record
from vms_portal.kernel.text import clean_text
from vms_portal.kernel.work.queue import enqueue_after_commit


class OtherCustomer(Exception):
    """The site belongs to another customer than the number."""


@transaction.atomic
def move_number(
    *, number: GeographicNumber, site: Site, label: str, actor: Actor
) -> GeographicNumber:
    """Give a number another site or label. ``OtherCustomer``."""
    current = GeographicNumber.objects.select_for_update().get(pk=number.pk)
    if site.tenant_id != current.tenant_id:
        raise OtherCustomer(site)
    label = clean_text(label)[:80]
    before = {"site": current.site.slug, "label": current.label}
    after = {"site": site.slug, "label": label}
    if before == after:
        return current
    current.site, current.label = site, label
    current.save(update_fields=["site", "label"])
    record(
        actor=actor,
        action="number.moved",
        target=current,
        detail={"before": before, "after": after},
    )
    enqueue_after_commit("routing.tasks.compile_plans", current.tenant_id)
    return current
