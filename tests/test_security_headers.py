"""Every address of every web process answers with the security headers."""

import re

import pytest

from tests.support.addresses import addresses
from tests.support.clients import ProcessClient
from tests.support.roles import PROCESS_ROLES

EXPECTED = {
    "X-Content-Type-Options": r"nosniff",
    "X-Frame-Options": r"DENY|SAMEORIGIN",
    "Referrer-Policy": r"same-origin|strict-origin",
    "Cross-Origin-Opener-Policy": r"same-origin",
    "Permissions-Policy": r".*camera=\(\).*",
    "Cache-Control": r".+",
    "X-Request-ID": r"[A-Za-z0-9-]{8,64}",
}


def assert_protected(answer, address: str) -> None:
    for name, wanted in EXPECTED.items():
        value = answer.headers.get(name, "")
        assert re.fullmatch(wanted, value), f"{address}: {name} is {value!r}"
    policy = answer.headers.get("Content-Security-Policy", "")
    directives = dict(
        part.strip().split(" ", 1) for part in policy.split(";") if " " in part.strip()
    )
    assert directives.get("default-src") == "'self'", f"{address}: {policy!r}"
    assert "unsafe" not in policy, f"{address}: {policy!r}"
    assert "'none'" in directives["frame-ancestors"], address
    assert "'none'" in directives["object-src"], address


@pytest.mark.parametrize("process", PROCESS_ROLES)
def test_every_address_is_protected(process, acting_as, db):
    client = ProcessClient(process, acting_as, raise_request_exception=False)
    found = addresses(process)
    assert len(found) > 3
    for address in found:
        assert_protected(client.get(address), address)


@pytest.mark.parametrize("process", ["portal", "backoffice"])
def test_every_address_is_protected_for_people_signed_in(
    process, acting_as, admin, staff
):
    client = ProcessClient(process, acting_as, raise_request_exception=False)
    person = admin.user if process == "portal" else staff
    for address in addresses(process):
        if "logout" not in address:
            client.force_login(
                person, backend="allauth.account.auth_backends.AuthenticationBackend"
            )
            assert_protected(client.get(address), address)


def test_a_page_without_its_policy_is_noticed(client, settings):
    """The control: without the middleware the check fails."""
    settings.MIDDLEWARE = [m for m in settings.MIDDLEWARE if "csp" not in m]
    with pytest.raises(AssertionError, match="default-src|healthz"):
        assert_protected(client.get("/healthz"), "/healthz")
