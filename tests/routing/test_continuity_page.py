"""The phone page: a card with a switch for every number."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from numbers.models import DestinationPolicy, GeographicNumber, Line
from numbers.services.inventory import suspend_number
from routing.models import CompiledPlan, KnownDestination, Override, Redirection
from routing.services.compiling import compile_customer
from tests.routing.conftest import MOBILE, MONDAY

HOUR = dt.timedelta(hours=1)
PAGE = "/m/"


def url(name, number, *more):
    return reverse(f"routing:{name}", args=[number.pk, *more])


def prepared(number, kind="cfu", **fields):
    values = {"destination": MOBILE, "is_on": False, **fields}
    return Redirection.objects.create(
        tenant=number.tenant, number=number, kind=kind, **values
    )


def switch_on(client, number, **fields):
    key = f"n{number.pk}"
    data = {f"{key}-{name}": value for name, value in fields.items()}
    return client.post(url("continuity_on", number), data, follow=True)


def sign_in_long_ago(client, member):
    """Sign in without saying when, as in a session that is a day old."""
    member.user.set_password("tulips in the rain")
    member.user.save()
    client.force_login(member.user)


def known(member, *destinations):
    KnownDestination.objects.bulk_create(
        KnownDestination(
            tenant=member.tenant, e164=e164, first_used_at=MONDAY, added_by=member.user
        )
        for e164 in destinations
    )


@pytest.mark.parametrize("how", ["a first day", "another line", "never used"])
def test_a_backup_that_is_new_asks_to_sign_in_again(
    client, continuity_number, second, site, editor, how
):
    """It was known when it was prepared, and goes live with what is chosen."""
    backup = {"a first day": second.e164}.get(how, "+32470998877")
    if how == "a first day":
        day = timezone.now().date() + dt.timedelta(days=3)
        GeographicNumber.objects.filter(pk=second.pk).update(activated_on=day)
    elif how == "another line":
        Line.objects.create(tenant=site.tenant, site=site, e164=backup, is_main=False)
    known(editor, MOBILE)
    prepared(continuity_number, backup=backup)
    sign_in_long_ago(client, editor)
    key = f"n{continuity_number.pk}"
    chosen = {f"{key}-to": MOBILE, f"{key}-until": "stop"}
    asked = client.post(url("continuity_on", continuity_number), chosen)
    assert asked.status_code == 302
    assert "reauthenticate" in asked["Location"]
    assert not Redirection.objects.get().is_on
    # The control: a backup that is known is switched on at once.
    known(editor, backup)
    client.post(url("continuity_on", continuity_number), chosen)
    assert Redirection.objects.get().is_on


def test_every_number_has_a_card_with_its_state_and_its_time(
    client, number, continuity_number, operator_member
):
    client.force_login(operator_member.user)
    answer = client.get(PAGE)
    text = answer.content.decode()
    assert [card.number for card in answer.context["cards"]] == [
        number,
        continuity_number,
    ]
    assert text.count('aria-pressed="false"') == 2
    assert "Belgian time" in text


def test_the_prepared_destination_is_offered_first_and_not_chosen(
    client, continuity_number, editor
):
    prepared(continuity_number)
    client.force_login(editor.user)
    (card,) = client.get(PAGE).context["cards"]
    assert [value for value, _ in card.form.fields["to"].choices][:2] == ["", MOBILE]
    assert not card.form["to"].value()


def test_the_switch_redirects_a_voice_continuity_number(
    client, continuity_number, operator_member
):
    prepared(continuity_number, backup="line")
    client.force_login(operator_member.user)
    answer = switch_on(client, continuity_number, to=MOBILE, until="4h")
    found = Redirection.objects.get()
    assert (found.is_on, found.backup) == (True, "line")
    assert found.until is not None
    assert abs(found.until - timezone.now() - 4 * HOUR) < dt.timedelta(minutes=1)
    assert 'aria-pressed="true"' in answer.content.decode()
    assert not Override.objects.exists()


def test_a_backup_that_was_closed_since_stops_nobody(
    client, continuity_number, operator_member
):
    prepared(continuity_number, backup="+33123456789")
    client.force_login(operator_member.user)
    answer = switch_on(client, continuity_number, to=MOBILE, until="4h")
    found = Redirection.objects.get()
    kept = (True, MOBILE, "+33123456789")
    assert (found.is_on, found.destination, found.backup) == kept
    assert "+33 1 23 45 67 89 is abroad" in answer.text
    plan = CompiledPlan.objects.get(number=continuity_number)
    assert "+33123456789" not in str(plan.body)
    # The approval given back brings it back.
    DestinationPolicy.objects.create(tenant=found.tenant, international=["+33"])
    compile_customer(found.tenant, now=timezone.now())
    assert "+33123456789" in str(CompiledPlan.objects.get(pk=plan.pk).body)


def test_a_backup_that_is_suspended_stops_nobody(
    client, continuity_number, second, operator_member, staff
):
    prepared(continuity_number, backup=second.e164)
    suspend_number(number=second, actor=staff, now=MONDAY)
    client.force_login(operator_member.user)
    answer = switch_on(client, continuity_number, to=MOBILE, until="4h")
    found = Redirection.objects.get()
    assert (found.is_on, found.backup) == (True, second.e164)
    assert "+32 2 550 12 01 is suspended" in answer.text


def test_the_form_keeps_a_backup_that_was_closed_since(
    client, continuity_number, editor
):
    prepared(continuity_number, kind="cfb", backup="+33123456789")
    known(editor, MOBILE)
    client.force_login(editor.user)
    page = client.get(reverse("routing:number_detail", args=[continuity_number.pk]))
    (form,) = [
        switch.form
        for switch in page.context["switches"]
        if switch.redirection.kind == "cfb"
    ]
    assert form["backup_to"].value() == "+33123456789"
    assert "calls do not go there any more" in str(form["backup_to"])
    data = {"cfb-to": MOBILE, "cfb-backup_to": form["backup_to"].value()}
    address = url("redirection_set", continuity_number, "cfb")
    client.post(address, {**data, "cfb-until": "stop"}, follow=True)
    found = Redirection.objects.get()
    assert (found.is_on, found.backup) == (True, "+33123456789")
    # The control: it is given up when somebody says so.
    client.post(address, {**data, "cfb-until": "stop", "cfb-backup_to": ""})
    assert Redirection.objects.get().backup == ""
    # And nobody chooses it anew.
    refused = client.post(address, {**data, "cfb-until": "stop"})
    assert refused.status_code == 422


def test_the_switch_diverts_any_other_number(client, number, operator_member):
    client.force_login(operator_member.user)
    switch_on(client, number, other="0470 11 22 33", to="line", until="stop")
    made = Override.objects.get()
    assert (made.destination, made.until) == (MOBILE, None)


def test_a_refused_switch_keeps_what_was_entered(client, number, operator_member):
    client.force_login(operator_member.user)
    answer = switch_on(client, number, other="0900 12 345", to="line", until="1h")
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "paid service" in text
    assert "0900 12 345" in text


@pytest.mark.parametrize("which", ["number", "continuity_number"])
def test_switching_off_brings_the_number_back_once(
    client, operator_member, which, request
):
    number = request.getfixturevalue(which)
    client.force_login(operator_member.user)
    switch_on(client, number, other=MOBILE, to="line", until="4h")
    answer = client.post(url("continuity_off", number), follow=True)
    assert 'aria-pressed="false"' in answer.content.decode()
    answer = client.post(url("continuity_off", number))
    assert answer.status_code == 409
    assert "was back already" in answer.content.decode()


def test_cards_are_found_by_number_label_and_site(client, number, second, viewer):
    second.label = "Reception"
    second.save()
    client.force_login(viewer.user)
    for query, found in [
        ("02 550 12 01", [second]),
        ("recep", [second]),
        ("brussels", [number, second]),
        ("nothing", []),
    ]:
        cards = client.get(PAGE, {"q": query}).context["cards"]
        assert [card.number for card in cards] == found, query


def test_a_viewer_sees_the_state_and_no_switch(client, number, viewer):
    client.force_login(viewer.user)
    assert "big-switch" not in client.get(PAGE).content.decode()
    for name in ("continuity_on", "continuity_off"):
        assert client.post(url(name, number)).status_code == 403


def test_thirty_cards_ask_as_much_as_three(
    client, contract, site, make_number, viewer, django_assert_max_num_queries
):
    client.force_login(viewer.user)
    counts = []
    for numbers in (range(3), range(3, 20)):
        for n in numbers:
            make_number(contract, site, f"+32255012{n:02d}")
        with django_assert_max_num_queries(60) as counted:
            client.get(PAGE)
        counts.append(len(counted))
    assert counts[0] == counts[1]


def test_without_script_one_comes_back_to_the_card(client, number, operator_member):
    client.force_login(operator_member.user)
    key = f"n{number.pk}"
    data = {f"{key}-other": MOBILE, f"{key}-until": "4h"}
    answer = client.post(url("continuity_on", number) + "?page=2&q=a%26b", data)
    assert answer["Location"] == f"/m/?page=2&q=a%26b#number-{number.pk}"


def test_a_switch_that_sent_no_destination_sends_no_calls(
    client, number, operator_member
):
    client.force_login(operator_member.user)
    answer = switch_on(client, number, to="", until="4h")
    assert answer.status_code == 422
    assert "Say where the calls go." in answer.content.decode()
    assert not Override.objects.exists()


def test_a_viewer_is_not_promised_a_switch(client, number, viewer, operator_member):
    for member, heading in (
        (viewer, "Where calls go"),
        (operator_member, "Divert calls"),
    ):
        client.force_login(member.user)
        page = client.get(PAGE).text
        assert re.findall(r"<h1>\s*(.*?)\s*</h1>", page) == [heading]
