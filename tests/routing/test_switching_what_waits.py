"""Who turns a switch hears what it did, also where something else decides first."""

import datetime as dt
import threading

import pytest
from django.db import transaction
from django.utils import timezone

from numbers.models import GeographicNumber
from routing.models import Override, Redirection
from routing.services import plans
from routing.services.destinations import lock_routing
from tests.routing.conftest import MOBILE, make_live, ring
from tests.routing.test_api import post
from tests.routing.test_api import url as api_url
from tests.routing.test_continuity_page import prepared, switch_on, url
from tests.routing.test_diverting_the_suspended import said, suspend
from tests.routing.test_redirection_switches import redirect_calls
from tests.support.clients import ProcessClient
from tests.support.diversions import divert
from tests.support.plan_page import publishing
from tests.support.races import at_once, somebody_waits
from vms_portal.kernel.local_time import local_date

SUSPENDED = "Suspended: calls are not connected."
OTHER = "+32470999999"
DIVERTED = "All calls go to +32 470 99 99 99 until somebody stops it."
MOBILE_WORDS = "All calls go to +32 470 11 22 33 until somebody stops it."
STANDING = "Calls ring the number's own line; redirections stand by."
AFTER = "It takes effect after that, if it still holds then."
WHEN = {
    "cfu": "Every call",
    "cfb": "When the line is busy",
    "cfnr": "When nobody answers",
    "cfnrc": "When the line cannot be reached",
}


def redirection(kind: str, act: str) -> str:
    number = "+32 2 550 12 08"
    return f"The redirection “{WHEN[kind]}” of {number} is switched {act}."


def put(number, state, member) -> str:
    """Bring the number into a state, and return what decides for it then."""
    if state == "suspended":
        suspend(number)
        return SUSPENDED
    now = timezone.now()
    divert([number], member, OTHER, until=None, now=now)
    return DIVERTED


@pytest.mark.parametrize("kind", list(WHEN))
@pytest.mark.parametrize("state", ["suspended", "diverted"])
def test_a_redirection_that_waits_is_said_to_be_on_and_to_wait(
    client, continuity_number, editor, state, kind
):
    decides = put(continuity_number, state, editor)
    client.force_login(editor.user)
    on = redirect_calls(client, continuity_number, kind, until="stop")
    assert said(on) == [("warning", f"{redirection(kind, 'on')} {decides} {AFTER}")]
    address = url("redirection_off", continuity_number, kind)
    off = client.post(address, follow=True)
    assert said(off) == [("success", f"{redirection(kind, 'off')} {decides}")]


@pytest.mark.parametrize("kind", list(WHEN))
def test_one_that_decides_is_said_to_be_on_alone(
    client, continuity_number, editor, kind
):
    client.force_login(editor.user)
    on = redirect_calls(client, continuity_number, kind, until="stop")
    where = MOBILE_WORDS if kind == "cfu" else STANDING
    assert said(on) == [("success", f"{redirection(kind, 'on')} {where}")]


def test_one_of_some_calls_waits_for_that_of_every_call(
    client, continuity_number, editor
):
    client.force_login(editor.user)
    redirect_calls(client, continuity_number, "cfu", until="stop")
    busy = redirect_calls(client, continuity_number, "cfb", until="stop")
    waits = f"{redirection('cfb', 'on')} {MOBILE_WORDS} {AFTER}"
    assert said(busy) == [("warning", waits)]
    # The control: that of every call waits for none of them.
    again = redirect_calls(client, continuity_number, "cfu", until="stop")
    assert said(again) == [("success", f"{redirection('cfu', 'on')} {MOBILE_WORDS}")]


@pytest.mark.parametrize("state", ["suspended", "diverted"])
def test_the_phone_says_that_a_redirection_waits(
    client, continuity_number, editor, state
):
    """The card was opened before."""
    decides = put(continuity_number, state, editor)
    client.force_login(editor.user)
    answer = switch_on(client, continuity_number, other=MOBILE, until="stop")
    assert said(answer) == [
        ("warning", f"{redirection('cfu', 'on')} {decides} {AFTER}")
    ]
    assert Redirection.objects.get().is_on


def test_the_phone_says_that_a_diversion_waits(client, number, editor):
    suspend(number)
    client.force_login(editor.user)
    ((level, text),) = said(switch_on(client, number, other=MOBILE, until="stop"))
    assert level == "warning"
    assert text.startswith(f"+32 2 550 12 00: {SUSPENDED} The diversion takes effect")
    off = client.post(url("continuity_off", number), follow=True)
    stopped = f"The diversion of +32 2 550 12 00 is stopped. {SUSPENDED}"
    assert said(off) == [("success", stopped)]
    # The control: one that decides is said to.
    GeographicNumber.objects.update(suspended_at=None)
    on = switch_on(client, number, other=MOBILE, until="stop")
    assert said(on) == [("success", f"+32 2 550 12 00: {MOBILE_WORDS}")]


def test_the_phone_says_what_of_two_it_switched_off(client, continuity_number, editor):
    prepared(continuity_number, is_on=True, starts_at=timezone.now())
    put(continuity_number, "diverted", editor)
    client.force_login(editor.user)
    address = url("continuity_off", continuity_number)
    stopped = f"The diversion of +32 2 550 12 08 is stopped. {MOBILE_WORDS}"
    assert said(client.post(address, follow=True)) == [("success", stopped)]
    ((_level, text),) = said(client.post(address, follow=True))
    assert text.startswith(redirection("cfu", "off"))
    assert text.endswith("Calls ring the number's own line.")


def publish(client, number, document, member) -> list[tuple[str, str]]:
    draft = plans.open_draft(number=number, member=member)
    draft = plans.save_draft(
        draft=draft, document=document, revision=draft.revision, member=member
    )
    return said(client.post(url("publish", number), publishing(draft), follow=True))


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("suspended", f"{SUSPENDED} The plan decides after that."),
        ("diverted", f"{DIVERTED} The plan decides after that."),
        ("later", "its calls do not come here before."),
        ("usual", ""),
    ],
)
def test_who_publishes_hears_what_decides_before_the_plan(
    client, number, editor, state, told
):
    make_live(number, ring("line"), editor)
    if state == "later":
        day = local_date(timezone.now()) + dt.timedelta(days=7)
        GeographicNumber.objects.update(activated_on=day)
    elif state != "usual":
        put(number, state, editor)
    client.force_login(editor.user)
    first = publish(client, number, ring("site:brussels"), editor)
    assert first[0] == ("success", "Version 2 of +32 2 550 12 00 is live.")
    back = client.post(url("version_roll_back", number, 1), {"live": "2"}, follow=True)
    for done, *more in (first, said(back)):
        assert done[0] == "success"
        assert [level for level, _text in more] == ["info"] * bool(told)
        assert not told or more[0][1].endswith(told)


def test_a_plan_that_an_option_leaves_out_is_not_said_to_decide(
    client, continuity_number, editor
):
    client.force_login(editor.user)
    told = publish(client, continuity_number, ring("site:brussels"), editor)
    assert told[1:] == [("info", "Calls ring the number's own line.")]


@pytest.mark.parametrize("is_suspended", [True, False])
def test_a_program_is_told_where_calls_go(api, number, operator_member, is_suspended):
    if is_suspended:
        suspend(number)
    client = api(operator_member)
    made = post(client, number, "divert", {"destination": MOBILE, "until": None})
    assert made.status_code == 201
    where = made.json()["where_now"]
    expected = ("suspended", SUSPENDED) if is_suspended else ("diverted", MOBILE_WORDS)
    assert (where["state"], where["sentence"]) == expected
    ended = client.delete(api_url(number, "divert")).json()
    assert ended["where_now"]["state"] == ("suspended" if is_suspended else "normal")
    assert Override.objects.get().ended_at is not None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("page", ["the number", "the phone"])
def test_a_suspension_that_came_while_the_act_waited_is_told(
    acting_as, editor, continuity_number, number, page
):
    one = number if page == "the number" else continuity_number
    client = ProcessClient("portal", acting_as)
    client.force_login(editor.user)
    held = threading.Event()

    def hold() -> None:
        with transaction.atomic():
            lock_routing(one.tenant)
            held.set()
            for _attempt in range(300):
                if somebody_waits():
                    break
                threading.Event().wait(0.01)
            suspend(one)

    def act() -> list[tuple[str, str]]:
        held.wait(5)
        if page == "the phone":
            return said(switch_on(client, one, other=MOBILE, until="stop"))
        form = {"to": "line", "other": MOBILE, "until": "stop"}
        return said(client.post(url("divert", one), form, follow=True))

    _held, ((level, text),) = at_once(hold, act)
    assert level == "warning"
    assert SUSPENDED in text
