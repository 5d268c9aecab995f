"""Addresses in mails lead to the right process, whoever writes the mail."""

import pytest
from django.urls import NoReverseMatch

from vms_portal.kernel.web.addresses import addresses_of, portal_address

PROCESSES = [
    "vms_portal.urls.portal",
    "vms_portal.urls.backoffice",
    "vms_portal.urls.network",
]


@pytest.mark.parametrize("urlconf", PROCESSES)
def test_every_process_writes_the_address_of_the_page_that_is_meant(settings, urlconf):
    settings.ROOT_URLCONF = urlconf
    settings.PORTAL_URL = "https://portal.example"
    assert (
        portal_address("tenants:invitation_accept", "join_x")
        == "https://portal.example/invitations/join_x/"
    )


def test_a_page_that_is_not_there_is_never_an_empty_address():
    for find in (portal_address, addresses_of):
        with pytest.raises(NoReverseMatch):
            find("tenants:no_such_page")
