"""No address to come back to breaks a page, on either host.

Who asks may name one in the query, in a form and in three headers; Python raises
where it cannot read one, and a library that looks at it lets that through.
"""

from collections.abc import Iterator
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.db import transaction

from tenants.models import User
from tenants.sign_in.adapters import AccountAdapter
from tests.support.addresses import addresses
from tests.support.clients import ProcessClient

FIRST, *OTHERS = "//[", "http://[::1", "//\u2100.example/", "http://localhost:x/", "/["
FIELDS = ("next", "_changelist_filters")
HEADERS = ("Referer", "HX-Current-URL", "Origin")
SIGN_IN = "/account/"
LOGIN = "allauth.account.auth_backends.AuthenticationBackend"


def requests(said: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what is asked, by method: a field is not hidden by a header."""
    fields, headers = dict.fromkeys(FIELDS, said), dict.fromkeys(HEADERS, said)
    headers["HX-Request"] = "true"
    yield "get", {"query_params": fields}
    yield "get", {"headers": headers}
    yield "post", {"data": fields}
    yield "post", {"headers": headers}


def broken(client: ProcessClient, address: str) -> list[str]:
    """Return what the address could not take; what is asked is undone."""
    cookies, found = SimpleCookie(client.cookies), []
    # Signing in is where an address to come back to is read; the others stand for
    # themselves with the first.
    for said in [FIRST, *OTHERS] if SIGN_IN in address else [FIRST]:
        for method, asked in requests(said):
            client.cookies = SimpleCookie(cookies)
            # 503 is an answer: a document that is not rendered yet.
            with transaction.atomic():
                answer = getattr(client, method)(address, **asked)
                transaction.set_rollback(True)
            if answer.status_code >= 500 and answer.status_code != 503:
                found.append(f"{method} {address} {asked}")
    return found


def walk(process: str, acting_as: Any, person: User | None) -> list[str]:
    """Return what the addresses of a host could not take.

    A visitor comes no further than to the pages of signing in.
    """
    found = []
    for address in addresses(process):
        client = ProcessClient(process, acting_as, raise_request_exception=False)
        if person is not None:
            client.force_login(person, LOGIN)
        if person is not None or SIGN_IN in address:
            found += broken(client, address)
    return found


@pytest.fixture(autouse=True)
def as_often_as_one_likes(settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = False


@pytest.mark.parametrize("process", ["portal", "backoffice"])
def test_no_address_to_come_back_to_breaks_a_page(process, acting_as, admin, staff):
    person = admin.user if process == "portal" else staff
    assert walk(process, acting_as, person) == []


@pytest.mark.parametrize("process", ["portal", "backoffice"])
def test_no_visitors_way_back_breaks_a_page(process, acting_as, db):
    assert walk(process, acting_as, None) == []


def test_a_page_that_raises_is_noticed(client, monkeypatch):
    """The control: what allauth does by itself."""
    monkeypatch.delattr(AccountAdapter, "is_safe_url")
    client.raise_request_exception = False
    assert broken(client, "/account/login/")
