"""Two of staff who confirm that they remove each other's second step take turns."""

from urllib.parse import urlencode

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import override_settings

from tenants.models import AuditEvent, User
from tests.support.clients import ProcessClient
from tests.support.crossing import crossed
from tests.support.races import all_waiting, at_once
from tests.tenants.test_acts_on_second_steps import (
    app_of,
    code_of,
    passkey_of,
    prepare,
)
from tests.tenants.test_order_of_ends import row

pytestmark = pytest.mark.django_db(transaction=True)


class Colleague:
    """Somebody of the back office with an app and a passkey, in a session of theirs."""

    def __init__(self, user: User, acting_as) -> None:
        prepare(user)
        self.user, self.passkey, self.secret = user, passkey_of(user), app_of(user)
        self.app = Authenticator.objects.get(user=user, type="totp")
        self.client = ProcessClient("backoffice", acting_as)
        self.client.force_login(user)

    def ask_to_remove(self, step: Authenticator) -> None:
        self.address = f"/mfa/authenticator/{step.pk}/delete/"
        form = {"confirmed": "on", "reason": "Lost"}
        assert "reauth" in self.client.post(self.address, form)["Location"]

    def confirm(self) -> int:
        to = f"/account/2fa/reauthenticate/?{urlencode({'next': self.address})}"
        answer = self.client.post(to, {"code": code_of(self.secret)})
        return int(answer.status_code)


@pytest.fixture
def two(acting_as, staff):
    """Each has asked to remove the other's passkey, and is to confirm it."""
    cache.clear()
    other = User.objects.create_superuser("rita@operator.example", name="Rita")
    rita, root = Colleague(other, acting_as), Colleague(staff, acting_as)
    with override_settings(PROCESS="backoffice", ROOT_URLCONF=root.client.urlconf):
        rita.ask_to_remove(root.passkey)
        root.ask_to_remove(rita.passkey)
        yield rita, root


def removed() -> int:
    return AuditEvent.objects.filter(action="staff.second_factor_removed").count()


def left(*colleagues: Colleague) -> int:
    keys = [one.passkey.pk for one in colleagues]
    return Authenticator.objects.filter(pk__in=keys).count()


def test_whoever_is_second_finds_that_their_session_ended(two):
    """None is done again: tests/support/done_again.py."""
    rita, root = two
    lowest = rita.passkey.pk
    answers = all_waiting(
        lambda: Authenticator.objects.select_for_update().get(pk=lowest),
        lambda: None,
        rita.confirm,
        root.confirm,
    )
    assert sorted(answers) == [302, 403]
    assert (left(rita, root), removed()) == (1, 1)


@pytest.mark.parametrize("_time", range(3))
def test_the_same_as_they_come(two, _time):
    assert sorted(at_once(*(one.confirm for one in two))) == [302, 403]
    assert (left(*two), removed()) == (1, 1)


def test_the_steps_of_both_are_locked_in_one_order(two):
    """Root's own, which are the later, are free while Rita's are waited for."""
    rita, root = two
    assert rita.app.pk < root.passkey.pk
    with crossed(row(rita.passkey), row(root.app), role="vms_staff") as ended:
        assert root.confirm() == 302
    assert ended == []
    assert left(rita) == 0


@pytest.mark.parametrize("key", ["none", str(10**30), "٣"])
def test_a_step_that_nobody_has_is_waited_for_by_nobody(two, key):
    _rita, root = two
    root.address = f"/mfa/authenticator/{key}/delete/"
    assert root.confirm() == 302
