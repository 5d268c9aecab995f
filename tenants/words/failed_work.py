"""What the list of failed work calls each act; each app adds its tasks."""

from vms_portal.kernel.registry import Words

MAIL = "mail"
ACTS = Words()


def words(act: str) -> str:
    """Return the act in words; one from another release as it is."""
    return ACTS.told(act)
