"""The page of a number: where calls go now, and the pieces other pages show."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from routing.models import Calendar, Override, ScreeningRule
from routing.services import forwarding
from tests.routing.conftest import MOBILE, OFFICE, make_live, ring, schedule
from tests.support.circles import put_live

HOUR = dt.timedelta(hours=1)


def page_of(number):
    return reverse("routing:number_detail", args=[number.pk])


def divert(number, member, until=HOUR, destination=MOBILE):
    now = timezone.now()
    forwarding.divert(
        numbers=[number],
        destination=destination,
        member=member,
        now=now,
        until=now + until if until else None,
    )


def test_the_page_says_where_calls_go(client, number, viewer):
    client.force_login(viewer.user)
    answer = client.get(page_of(number))
    assert answer.status_code == 200
    assert "own line" in answer.content.decode()
    # Empty, it takes no room.
    assert '<div id="simulation" aria-live="polite"></div>' in answer.content.decode()


def test_a_diversion_is_told_with_its_author_and_its_stop_button(
    client, number, operator_member
):
    divert(number, operator_member)
    client.force_login(operator_member.user)
    text = client.get(page_of(number)).content.decode()
    assert "+32 470 11 22 33" in text
    assert f"Diverted by {operator_member.user}" in text
    assert reverse("routing:divert_end", args=[number.pk]) in text


def test_a_viewer_is_offered_no_button_that_changes_anything(
    client, number, editor, viewer
):
    divert(number, editor)
    for member, may in ((viewer, False), (editor, True)):
        client.force_login(member.user)
        text = client.get(page_of(number)).text
        assert ("Stop diverting" in text) is may
        assert (reverse("routing:divert", args=[number.pk]) in text) is may


@pytest.mark.parametrize("refused", [None, ""])
def test_the_path_of_a_call_at_this_moment_is_lit(
    client, library, number, editor, refused
):
    """Also while callers who withhold their number are refused."""
    make_live(number, ring(MOBILE), editor)
    if refused is not None:
        ScreeningRule.objects.create(
            tenant=number.tenant, prefix=refused, kind=ScreeningRule.Kind.BLOCK
        )
    client.force_login(editor.user)
    found = client.get(page_of(number)).context["diagram"]
    assert {n["id"]: n["lit"] for n in found["nodes"]} == {"r1": True, "bye": False}


def test_the_calendars_of_the_plan_show_their_next_seven_days(
    client, library, number, editor
):
    make_live(number, schedule(MOBILE), editor)
    client.force_login(editor.user)
    strips = client.get(page_of(number)).context["strips"]
    assert [s["calendar"]["name"] for s in strips] == ["Office"]
    assert len(strips[0]["days"]) == 7


def test_a_stranger_finds_no_such_number(client, number, stranger):
    client.force_login(stranger.user)
    assert client.get(page_of(number)).status_code == 404
    assert client.get("/numbers/999999/").status_code == 404


def test_a_member_of_other_numbers_finds_no_such_number(
    client, acme, number, make_member
):
    narrowed = make_member(acme, "operator", sees_all_numbers=False)
    client.force_login(narrowed.user)
    assert client.get(page_of(number)).status_code == 404


def test_nobody_signed_in_is_asked_to(client, number):
    answer = client.get(page_of(number))
    assert answer.status_code == 302
    assert "/account/login/" in answer["Location"]


def test_the_list_of_numbers_holds_their_states(
    client, number, second, stranger, editor, viewer
):
    divert(number, editor)
    client.force_login(viewer.user)
    text = client.get(reverse("numbers:number_list")).content.decode()
    table = text[text.index("<tbody>") : text.index("</tbody>")]
    assert "Diverted" in table
    assert "Normal" in table
    assert "hx-get" not in table


@pytest.mark.parametrize("has_plans", [False, True])
def test_states_of_thirty_numbers_ask_as_much_as_of_three(
    client,
    contract,
    site,
    make_number,
    editor,
    viewer,
    has_plans,
    django_assert_max_num_queries,
):
    address, counts = reverse("numbers:number_list"), []
    client.force_login(viewer.user)
    for some in (range(3), range(3, 30)):
        for n in some:
            number = make_number(contract, site, f"+32255012{n:02d}")
            if has_plans:
                put_live(number, ring(MOBILE), editor)
        with django_assert_max_num_queries(60) as counted:
            client.get(address)
        counts.append(len(counted))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("mode", "told"),
    [
        (
            "force_closed",
            "Office is closed until somebody changes it; 1 number",
        ),
        ("force_open", "Office is open until somebody changes it; 1 number"),
        ("auto", "Everything is normal"),
    ],
)
def test_home_names_a_calendar_that_was_set_by_hand(
    client, library, number, editor, mode, told
):
    """Forgotten, it sends every call to the voicemail for days."""
    make_live(number, schedule(MOBILE), editor)
    Calendar.objects.update(definition={**OFFICE, "mode": mode})
    client.force_login(editor.user)
    text = client.get(reverse("routing:home_panel")).text
    assert told in " ".join(text.split())
    assert text.count("Everything is normal") == (mode == "auto")


def test_home_names_what_is_not_normal_and_what_ends_first(
    client, number, second, continuity_number, operator_member
):
    divert(second, operator_member, until=None)
    divert(number, operator_member, until=dt.timedelta(minutes=20))
    client.force_login(operator_member.user)
    answer = client.get(reverse("routing:home_panel"))
    rows = answer.context["rows"]
    assert [row.number for row in rows] == [number, second]
    assert [row.ends_soon for row in rows] == [True, False]
    assert answer.content.decode().count("Stop diverting") == 2


def test_home_says_so_when_all_is_normal(client, number, viewer):
    client.force_login(viewer.user)
    text = client.get(reverse("routing:home_panel")).content.decode()
    assert "Everything is normal" in text


def test_home_shows_nothing_of_a_diversion_that_ran_out(client, number, viewer):
    past = timezone.now() - 2 * HOUR
    Override.objects.create(
        tenant=number.tenant,
        number=number,
        destination=MOBILE,
        starts_at=past,
        until=past + HOUR,
        created_by=viewer.user,
    )
    client.force_login(viewer.user)
    assert client.get(reverse("routing:home_panel")).context["rows"] == []


@pytest.mark.parametrize("name", ["home_panel"])
def test_the_pieces_ask_for_a_member(client, name):
    assert client.get(reverse(f"routing:{name}")).status_code == 302


@pytest.mark.parametrize(
    ("sees_all", "said"), [(True, "the operator has added them"), (False, "chosen")]
)
def test_without_numbers_nothing_is_called_normal(client, viewer, sees_all, said):
    viewer.sees_all_numbers = sees_all
    viewer.save()
    client.force_login(viewer.user)
    for name in ("routing:home_panel", "routing:continuity", "numbers:number_list"):
        text = client.get(reverse(name)).text
        assert "No numbers yet" in text
        assert said in text
        assert "Everything is normal" not in text
