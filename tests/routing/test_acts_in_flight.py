"""An act that waits for its turn is judged by what its author may do by then."""

import threading
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from numbers.models import NumberAccess
from numbers.services import access, inventory
from numbers.services.sites import update_site
from routing.models import Override, PlanVersion
from routing.services import every_number, forwarding, library, plans
from routing.services.destinations import lock_routing
from tenants.models import Member
from tenants.services import members
from tenants.services.authors import NoLongerAble
from tests.routing.conftest import MONDAY, ring
from tests.support.clients import ProcessClient
from tests.support.races import at_once, somebody_waits

HOURS: dict[str, Any] = {"weekly": {}, "exceptions": [], "holidays": None}


def deactivated(admin, member) -> None:
    members.deactivate(by=admin, member=member, now=timezone.now())


def demoted(admin, member) -> None:
    members.change_role(
        by=admin, member=member, role="viewer", expected="editor", now=timezone.now()
    )


def narrowed(admin, member) -> None:
    access.set_access(
        member=member,
        by=admin,
        sees_all=False,
        sites=[],
        numbers=[],
        expected=access.fingerprint(member),
        now=timezone.now(),
    )


def new_password(admin, member) -> None:
    user = type(member.user).objects.get(pk=member.user_id)
    user.set_password("tulips in the rain")
    user.save()


ENDS = [deactivated, demoted, narrowed, new_password]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("end", ENDS[:3])
def test_a_diversion_in_flight_is_refused_once_the_right_went(
    acting_as, admin, editor, number, end
):
    client = ProcessClient("portal", acting_as)
    held = threading.Event()

    def hold() -> None:
        with transaction.atomic():
            lock_routing(number.tenant)
            held.set()
            for _attempt in range(300):
                if somebody_waits():
                    break
                threading.Event().wait(0.01)
            end(admin, Member.objects.get(pk=editor.pk))

    def divert() -> int:
        held.wait(5)
        form = {"to": "line", "other": "", "until": "4h"}
        return client.post(f"/numbers/{number.pk}/divert/", form).status_code

    with override_settings(PROCESS="portal", ROOT_URLCONF=client.urlconf):
        client.force_login(editor.user)
        assert at_once(hold, divert) == [None, 403]
    assert not Override.objects.exists()


def divert(number, member):
    forwarding.divert(
        numbers=[number], destination="line", until=None, member=member, now=MONDAY
    )


def end_divert(number, member):
    forwarding.end_divert(number=number, member=member, now=MONDAY)


def save_draft(number, member):
    draft = PlanVersion.objects.get(number=number, state="draft")
    plans.save_draft(draft=draft, document=ring("line"), revision=1, member=member)


def open_draft(number, member):
    plans.open_draft(number=number, member=member)


def discard_draft(number, member):
    draft = PlanVersion.objects.get(number=number, state="draft")
    plans.discard_draft(draft=draft, member=member)


def publish(number, member):
    draft = PlanVersion.objects.get(number=number, state="draft")
    plans.publish(draft=draft, member=member, now=MONDAY)


def set_safety(number, member):
    every_number.set_safety_destination(destination="", member=member, now=MONDAY)


def save_calendar(number, member):
    library.save_calendar(
        calendar=None,
        name="Hours",
        definition=HOURS,
        member=member,
        now=MONDAY,
        revision=0,
    )


def block_a_caller(number, member):
    every_number.add_caller_rule(
        kind="block", prefix="", number=None, member=member, now=MONDAY
    )


def label(number, member):
    inventory.update_label(number=number, label="Mine", member=member)


def correct_site(number, member):
    update_site(
        site=number.site,
        name="Mine",
        street="",
        postal_code="",
        city="",
        member=member,
    )


ACTS = [
    divert,
    end_divert,
    open_draft,
    save_draft,
    discard_draft,
    publish,
    set_safety,
    save_calendar,
    block_a_caller,
    label,
    correct_site,
]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("act", ACTS)
def test_no_act_is_carried_out_for_who_may_not_any_more(
    admin, editor, number, act, end
):
    """The request found the editor as they were."""
    plans.open_draft(number=number, member=admin)
    asked = Member.objects.select_related("user", "tenant").get(pk=editor.pk)
    end(admin, editor)
    with pytest.raises(NoLongerAble):
        act(number, asked)


@pytest.mark.parametrize(
    "act", [a for a in ACTS if a not in (end_divert, save_calendar)]
)
def test_every_act_is_carried_out_for_who_may(admin, editor, number, act):
    plans.open_draft(number=number, member=admin)
    asked = Member.objects.select_related("user", "tenant").get(pk=editor.pk)
    act(number, asked)


def test_a_number_taken_away_is_not_changed_by_an_act_in_flight(
    admin, editor, number, second
):
    """Of somebody who saw some numbers, and sees others by now."""
    editor.sees_all_numbers = False
    editor.save()
    grant = NumberAccess.objects.create(
        tenant=number.tenant, member=editor, number=number
    )
    divert(number, editor)
    grant.delete()
    NumberAccess.objects.create(tenant=number.tenant, member=editor, number=second)
    with pytest.raises(NoLongerAble):
        end_divert(number, editor)
