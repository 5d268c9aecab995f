"""Who prepares a redirection switches nothing off; what holds is shown as it holds."""

import datetime as dt

import pytest
from django.utils import timezone

from routing.models import Redirection
from routing.services import forwarding
from tenants.audit.actions import ACTIONS
from tenants.models import AuditEvent
from tests.routing.conftest import MOBILE
from tests.routing.test_redirection_switches import redirect_calls, url

OTHER = "+32470999999"
KINDS = Redirection.Kind.values


def page_of(client, number) -> str:
    return client.get(url("number_detail", number)).content.decode()


@pytest.mark.parametrize("kind", KINDS)
def test_preparing_leaves_a_redirection_in_force_as_it_is(
    client, continuity_number, editor, operator_member, kind
):
    """A colleague switched it on after the editor's page was opened."""
    forwarding.set_redirection(
        number=continuity_number,
        kind=kind,
        destination=MOBILE,
        member=operator_member,
        now=timezone.now(),
    )
    stood = Redirection.objects.values().get()
    events = AuditEvent.objects.count()
    client.force_login(editor.user)
    answer = redirect_calls(
        client, continuity_number, kind, act="prepare", other=OTHER, until="stop"
    )
    assert answer.status_code == 409
    said = answer.content.decode()
    assert "is switched on, and stays as it is" in said
    assert "Prepared" not in said
    assert OTHER in said  # what was entered is kept
    assert Redirection.objects.values().get() == stood
    assert AuditEvent.objects.count() == events


def test_preparing_leaves_what_is_planned_as_it_is(client, continuity_number, editor):
    Redirection.objects.create(
        tenant=continuity_number.tenant,
        number=continuity_number,
        kind="cfu",
        destination=MOBILE,
        is_on=True,
        starts_at=timezone.now() + dt.timedelta(hours=1),
    )
    client.force_login(editor.user)
    answer = redirect_calls(
        client, continuity_number, "cfu", act="prepare", other=OTHER
    )
    assert answer.status_code == 409
    found = Redirection.objects.get()
    assert (found.is_on, found.destination) == (True, MOBILE)


def card_of(client, number, kind) -> str:
    page = page_of(client, number)
    start = page.index(f'id="redirection-{kind}"')
    return page[start : page.index("</li>", page.index("form-actions", start))]


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_is_off_is_offered_to_be_prepared(
    client, continuity_number, editor, kind
):
    client.force_login(editor.user)
    assert 'value="prepare"' in card_of(client, continuity_number, kind)
    redirect_calls(client, continuity_number, kind, until="stop")
    card = card_of(client, continuity_number, kind)
    assert 'value="on"' in card
    assert 'value="prepare"' not in card
    client.post(url("redirection_off", continuity_number, kind))
    assert 'value="prepare"' in card_of(client, continuity_number, kind)


def test_a_redirection_whose_time_is_over_is_prepared_anew(
    client, continuity_number, editor
):
    begun = timezone.now() - dt.timedelta(hours=2)
    forwarding.set_redirection(
        number=continuity_number,
        kind="cfb",
        destination=MOBILE,
        member=editor,
        now=begun,
        until=begun + dt.timedelta(hours=1),
    )
    client.force_login(editor.user)
    answer = redirect_calls(
        client, continuity_number, "cfb", act="prepare", other=OTHER
    )
    assert answer.status_code == 200
    found = Redirection.objects.get()
    assert (found.is_on, found.until, found.destination) == (False, None, OTHER)


def test_preparing_is_on_the_trail_as_preparing(client, continuity_number, editor):
    client.force_login(editor.user)
    redirect_calls(client, continuity_number, "cfnr", act="prepare", after_s="20")
    redirect_calls(client, continuity_number, "cfnr", after_s="20")
    client.post(url("redirection_off", continuity_number, "cfnr"))
    events = AuditEvent.objects.filter(action__startswith="continuity.").order_by("pk")
    assert [event.action for event in events] == [
        "continuity.prepared",
        "continuity.switched_on",
        "continuity.switched_off",
    ]
    assert events[0].detail["destination"] == MOBILE
    assert ACTIONS.told("continuity.prepared") == "Redirection prepared"


def chosen(client, number, kind="cfu") -> tuple[object, object]:
    answer = client.get(url("number_detail", number))
    (switch,) = (s for s in answer.context["switches"] if s.redirection.kind == kind)
    return switch.form["until"].value(), switch.form["until_at"].value()


def test_how_long_it_holds_is_chosen_already_where_it_is_changed(
    client, continuity_number, editor
):
    client.force_login(editor.user)
    assert chosen(client, continuity_number) == ("4h", None)
    redirect_calls(client, continuity_number, "cfu", until="stop")
    assert chosen(client, continuity_number) == ("stop", None)
    redirect_calls(
        client, continuity_number, "cfu", until="own", until_at="2026-12-24T18:00"
    )
    until, at = chosen(client, continuity_number)
    assert (until, f"{at:%Y-%m-%d %H:%M}") == ("own", "2026-12-24 18:00")
    assert 'value="2026-12-24T18:00"' in card_of(client, continuity_number, "cfu")
    client.post(url("redirection_off", continuity_number, "cfu"))
    assert chosen(client, continuity_number) == ("4h", None)


def test_what_ended_by_itself_is_not_switched_off_again(
    client, continuity_number, editor
):
    """The page was opened while it held."""
    begun = timezone.now() - dt.timedelta(hours=2)
    forwarding.set_redirection(
        number=continuity_number,
        kind="cfu",
        destination=MOBILE,
        member=editor,
        now=begun,
        until=begun + dt.timedelta(hours=1),
    )
    client.force_login(editor.user)
    answer = client.post(url("redirection_off", continuity_number, "cfu"))
    assert answer.status_code == 409
    assert "was off already" in answer.content.decode()
    answer = client.post(url("continuity_off", continuity_number))
    assert answer.status_code == 409
    assert not AuditEvent.objects.filter(action="continuity.switched_off").exists()
