"""Numbers for reading. Storage and comparison use E.164."""

from vms_portal.kernel.formatting import display

__all__ = ["display"]
