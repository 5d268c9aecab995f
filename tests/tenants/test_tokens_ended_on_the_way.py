"""A token that ends while its request waits is answered as one that ended before."""

import datetime as dt

import pytest
from django.test import override_settings
from django.utils import timezone

from numbers.models import GeographicNumber
from routing.models import Override
from routing.services.destinations import lock_routing
from tenants.models import ApiToken, Member, Tenant, User
from tenants.services import tokens
from tests.support.clients import ProcessClient
from tests.support.races import while_waiting
from tests.support.waiting_requests import NOW, row

pytestmark = pytest.mark.django_db(transaction=True)
NOTHING = "Nothing was changed."
ENDED = (401, "invalid_token", f"The token is unknown, expired or withdrawn. {NOTHING}")
REFUSED = (403, "permission_denied", NOTHING)


def withdrawn(editor: Member) -> None:
    ApiToken.objects.update(revoked_at=NOW)


def member_disabled(editor: Member) -> None:
    Member.objects.filter(pk=editor.pk).update(is_active=False)


def person_disabled(editor: Member) -> None:
    User.objects.filter(pk=editor.user_id).update(is_active=False)


def customer_disabled(editor: Member) -> None:
    Tenant.objects.filter(pk=editor.tenant_id).update(is_active=False)


def role_changed(editor: Member) -> None:
    """What the token allows goes with the new role; others of it stay."""
    Member.objects.filter(pk=editor.pk).update(role="viewer")


def nothing(editor: Member) -> None:
    """The control."""


ANSWERS = {
    withdrawn: ENDED,
    member_disabled: ENDED,
    person_disabled: ENDED,
    customer_disabled: ENDED,
    role_changed: REFUSED,
    nothing: None,
}


@pytest.fixture
def divert(acting_as, editor, number):
    """Send a diversion with a token of the editor."""
    client = ProcessClient("portal", acting_as)
    _token, secret = tokens.create_token(
        by=editor,
        name="x",
        scopes=["routing:write"],
        life=dt.timedelta(days=9),
        now=NOW,
    )
    ApiToken.objects.update(last_used_at=timezone.now())
    headers = {"Authorization": f"Bearer {secret}"}

    def send(**more: str):
        return client.post(
            f"/api/v1/numbers/{number.pk}/divert/",
            {"destination": "line"},
            content_type="application/json",
            headers={**headers, **more},
        )

    with override_settings(PROCESS="portal", ROOT_URLCONF=client.urlconf):
        yield send


@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "k1"}])
@pytest.mark.parametrize("lock", ["turn", "number"])
@pytest.mark.parametrize("end", ANSWERS)
def test_it_is_told_what_the_next_request_is(divert, editor, number, end, lock, key):
    """Whether a service finds it or the end of the request."""
    held = {
        "turn": lambda: lock_routing(number.tenant),
        "number": row(GeographicNumber, number.pk),
    }
    answer = while_waiting(held[lock], lambda: end(editor), lambda: divert(**key))
    told = ANSWERS[end]
    assert Override.objects.exists() is (told is None)
    if told is None:
        assert answer.status_code == 201, answer.text
        return
    said = answer.json()
    assert (answer.status_code, said["error"], said["message"]) == told
    assert answer.headers.get("WWW-Authenticate", "") == (
        'Bearer realm="api"' if told is ENDED else ""
    )
    following = divert(**key)
    assert following.status_code == answer.status_code
    if told is ENDED:
        assert following.json()["error"] == said["error"]
