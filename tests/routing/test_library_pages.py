"""Announcements and settings: shared by plans, so changed with care."""

import pytest

from routing.decisions.simulation import simulate_number
from routing.models import Announcement, RoutingSettings, ScreeningRule
from tests.routing.conftest import MOBILE, MONDAY, facts, make_live, ring, schedule
from tests.support.library import url


def spoken(**texts):
    return {"name": "Closed", **{f"text-{code}": t for code, t in texts.items()}}


def test_an_announcement_has_a_text_per_language(client, library, editor):
    client.force_login(editor.user)
    client.post(
        url("announcement_edit", "closed"), spoken(nl="Gesloten.", en="Closed.")
    )
    rows = Announcement.objects.order_by("language")
    texts = list(rows.values_list("language", "text"))
    assert texts == [("en", "Closed."), ("nl", "Gesloten.")]


def test_an_announcement_is_made(client, acme, editor):
    client.force_login(editor.user)
    client.post(url("announcement_add"), spoken(fr="Bonjour."))
    made = Announcement.objects.get()
    assert (made.slug, made.language, made.text) == ("closed", "fr", "Bonjour.")
    text = client.get(url("announcement_list")).content.decode()
    assert '<dd lang="fr">Bonjour.</dd>' in text


def test_an_announcement_that_says_nothing_is_refused(client, library, editor):
    client.force_login(editor.user)
    answer = client.post(url("announcement_edit", "closed"), spoken(fr="  "))
    assert answer.status_code == 422
    assert "at least one language" in answer.content.decode()
    assert Announcement.objects.get().text == "Fermé."


def test_an_announcement_in_use_is_not_deleted(client, library, number, editor):
    document = schedule(MOBILE)
    document["nodes"]["say"] = {
        "type": "announcement",
        "announcement": "closed",
        "exits": {"done": "bye"},
    }
    document["nodes"]["hours"]["exits"]["closed"] = "say"
    make_live(number, document, editor)
    client.force_login(editor.user)
    answer = client.post(url("announcement_delete", "closed"))
    assert answer.status_code == 409
    assert "+32 2 550 12 00" in answer.content.decode()
    make_live(number, ring(MOBILE), editor)
    assert client.post(url("announcement_delete", "closed")).status_code == 302
    assert not Announcement.objects.exists()


def test_calls_nobody_took_go_to_the_safety_destination(client, number, editor):
    client.force_login(editor.user)
    client.post(url("safety_save"), {"other": "0470 11 22 33"})
    assert RoutingSettings.objects.get().safety_destination == MOBILE
    busy = simulate_number(
        number, facts(number, MONDAY), caller=None, outcomes={"line": "busy"}
    )
    assert busy["destination"] == MOBILE
    client.post(url("safety_save"), {"to": ""})
    assert RoutingSettings.objects.get().safety_destination == ""


@pytest.mark.parametrize(
    ("other", "said"), [("112", "emergency"), ("02 550 12 00", "your own numbers")]
)
def test_a_refused_safety_destination_says_why(client, number, editor, other, said):
    client.force_login(editor.user)
    answer = client.post(url("safety_save"), {"other": other})
    assert answer.status_code == 422
    assert said in answer.content.decode()


@pytest.mark.parametrize(
    ("prefix", "stored"),
    [("0475", "+32475"), ("+33 1", "+331"), ("0033", "+33"), ("", "")],
)
def test_callers_are_refused_by_the_beginning_of_their_number(
    client, number, editor, prefix, stored
):
    client.force_login(editor.user)
    withheld = {} if prefix else {"withheld": "on"}
    client.post(url("rule_add"), {"kind": "block", "begins": prefix, **withheld})
    rule = ScreeningRule.objects.get()
    assert (rule.prefix, rule.number) == (stored, None)
    caller = f"{stored}1234567" if stored else None
    refused = simulate_number(number, facts(number, MONDAY), caller=caller)
    assert refused["result"] == "hangup"
    client.post(url("rule_remove", rule.pk))
    found = simulate_number(number, facts(number, MONDAY), caller=caller)
    assert found["result"] == "answered"


def test_a_rule_added_twice_is_one(client, number, editor):
    client.force_login(editor.user)
    for _n in range(2):
        client.post(
            url("rule_add"), {"kind": "allow", "begins": "0475", "number": number.pk}
        )
    assert ScreeningRule.objects.get().number == number


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind": "block", "begins": "somebody"}, "Write the beginning of a number"),
        ({"kind": "block", "begins": ""}, "Say which callers"),
        ({"kind": "allow", "withheld": "on"}, "can only be refused"),
        ({"kind": "block", "begins": "0475", "withheld": "on"}, "Choose one"),
        ({"kind": "block", "begins": "+32"}, "every caller in Belgium"),
        ({"kind": "allow", "begins": "+3"}, "every caller in Belgium"),
        ({"kind": "block", "begins": "+4"}, "callers of many countries"),
        ({"kind": "block", "begins": "+35"}, "callers of many countries"),
        ({"kind": "block", "begins": "+97"}, "callers of many countries"),
        # A national prefix alone; the whole of France is written +33.
        ({"kind": "block", "begins": "+330"}, "Write the beginning of a number"),
        ({"kind": "block", "begins": "+36 06"}, "Write the beginning of a number"),
    ],
)
def test_a_rule_that_says_too_little_or_too_much_is_refused(
    client, number, editor, fields, said
):
    client.force_login(editor.user)
    answer = client.post(url("rule_add"), fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert not ScreeningRule.objects.exists()


@pytest.fixture
def writes(office):
    rule = ScreeningRule.objects.create(
        tenant=office.tenant, kind="block", prefix="+33"
    )
    return [
        url("calendar_add"),
        url("calendar_edit", office.pk),
        url("calendar_delete", office.pk),
        url("announcement_add"),
        url("announcement_edit", "closed"),
        url("announcement_delete", "closed"),
        url("safety_save"),
        url("rule_add"),
        url("rule_remove", rule.pk),
    ]


def test_who_may_not_edit_changes_nothing(client, writes, operator_member):
    client.force_login(operator_member.user)
    assert {client.post(address).status_code for address in writes} == {403}


def test_an_editor_of_some_numbers_changes_nothing_shared(
    client, acme, writes, make_member
):
    narrowed = make_member(acme, "editor", sees_all_numbers=False)
    client.force_login(narrowed.user)
    assert {client.post(address).status_code for address in writes} == {403}


def test_a_stranger_finds_none_of_it(client, office, stranger, writes):
    client.force_login(stranger.user)
    assert client.get(url("calendar_detail", office.pk)).status_code == 404
    for address in writes:
        if "office" not in address and any(c.isdigit() for c in address):
            assert client.post(address).status_code == 404, address
    for name in ("announcement_edit", "announcement_delete"):
        assert client.post(url(name, "closed")).status_code == 404
    for name in ("calendar_list", "announcement_list", "settings"):
        text = client.get(url(name)).content.decode()
        assert "Office" not in text
        assert "Fermé" not in text
        assert "+33<" not in text


@pytest.mark.parametrize("name", ["calendar_list", "announcement_list", "settings"])
def test_everybody_may_look(client, library, viewer, name):
    client.force_login(viewer.user)
    assert client.get(url(name)).status_code == 200


def test_who_only_looks_reads_the_safety_destination_as_words(client, office, viewer):
    RoutingSettings.objects.update_or_create(
        tenant=office.tenant, defaults={"safety_destination": MOBILE}
    )
    client.force_login(viewer.user)
    text = client.get(url("settings")).text
    assert "<strong>+32 470 11 22 33</strong>" in text.replace("\xa0", " ")
    assert "safety/" not in text
