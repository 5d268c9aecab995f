"""Where the portal shows the numbers a mail is about."""

from collections.abc import Collection

from vms_portal.kernel.web.addresses import portal_address


def numbers_address(keys: Collection[int]) -> str:
    """Return the whole address of one number's page; of several, that of the list."""
    if len(keys) == 1:
        (pk,) = keys
        return portal_address("routing:number_detail", pk)
    return portal_address("numbers:number_list")
