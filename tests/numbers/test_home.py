"""The start page: for whom, what it shows, what it ticks."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from numbers.models import NumberAccess, OnboardingStep
from numbers.services import checklist
from tenants.audit.record import record
from tenants.models import Member, User
from tenants.services import person_events

AWAY = "/first-steps/away/"


def done(page) -> list[str]:
    return [item.label for item in page.context["items"] if item.is_done]


def test_a_member_is_greeted_by_name_and_customer(client, admin, number):
    client.force_login(admin.user)
    page = client.get("/")
    assert "<h1>Acme SA</h1>" in page.text
    assert str(admin.user) in page.text
    assert page.context["number_count"] == 1
    assert "1 number in service" in page.text
    assert "1 site<" in page.text


def test_the_first_button_leads_to_what_a_role_comes_for(
    client, finance, viewer, admin, number
):
    for member, words in (
        (finance, "Invoices"),
        (viewer, "Choose a number"),
        (admin, "Choose a number"),
    ):
        client.force_login(member.user)
        page = client.get("/").text
        button = page.partition('class="btn btn-primary"')[2].partition("</a>")[0]
        assert words in button


def test_nobody_signed_in_goes_to_the_sign_in_page(client):
    answer = client.get("/")
    assert (answer.status_code, answer.url) == (302, "/account/login/?next=/")


def test_a_person_without_a_customer_is_told_what_to_do(client, db):
    person = User.objects.create_user("alone@example.org", name="Alone", language="en")
    client.force_login(person)
    page = client.get("/")
    assert page.status_code == 200
    assert "You have no access to any customer here" in page.text
    assert "alone@example.org" in page.text


def test_the_checklist_ticks_itself(client, admin, number, site):
    client.force_login(admin.user)
    assert done(client.get("/")) == []
    checklist.tick(admin, "calls")
    checklist.tick(admin, "calls")
    record(actor=admin, action="number.diverted", target=number)
    assert done(client.get("/")) == [
        "Divert a number or publish a plan",
        "Look at yesterday's calls",
    ]
    assert OnboardingStep.objects.count() == 1


def test_what_others_did_ticks_nothing(client, admin, editor, number):
    checklist.tick(editor, "number")
    record(actor=editor, action="plan.published", target=number)
    client.force_login(admin.user)
    assert done(client.get("/")) == []


def test_nobody_is_asked_for_what_their_role_may_not(client, viewer, finance, number):
    client.force_login(viewer.user)
    labels = [item.label for item in client.get("/").context["items"]]
    assert "Divert a number or publish a plan" not in labels
    assert "Download an invoice" not in labels
    assert "Look at a number" in labels


def test_the_checklist_is_put_away_for_one_member_only(client, admin, editor, number):
    client.force_login(admin.user)
    assert client.post(AWAY).url == "/"
    assert "First steps" not in client.get("/").text
    client.force_login(editor.user)
    assert "First steps" in client.get("/").text
    assert client.get(AWAY).status_code == 405


def test_an_unknown_step_is_a_mistake_of_the_caller(admin):
    with pytest.raises(ValueError, match="swim"):
        checklist.tick(admin, "swim")


def test_administrators_read_of_every_change(client, admin, editor, number):
    record(actor=editor, action="number.labelled", target=number)
    record(actor=admin, action="token.created", target=number)
    client.force_login(admin.user)
    text = client.get("/").text
    assert "Label of a number changed" in text
    assert "API token created" in text
    assert "+32 2 550 12 00" in text


def test_others_read_of_routing_only(client, admin, viewer, number):
    record(actor=admin, action="number.diverted", target=number)
    record(actor=admin, action="member.role_changed", target=viewer)
    client.force_login(viewer.user)
    changes = client.get("/").context["changes"]
    assert [change["what"] for change in changes] == ["Number diverted"]


def test_a_narrowed_member_reads_of_granted_numbers_only(
    client, acme, admin, make_member, contract, site, make_number
):
    mine = make_number(contract, site, "+3225501200")
    other = make_number(contract, site, "+3225501201")
    narrowed = make_member(acme, Member.Role.VIEWER, sees_all_numbers=False)
    NumberAccess.objects.create(tenant=acme, member=narrowed, number=mine)
    for number in (mine, other):
        record(actor=admin, action="number.diverted", target=number)
    client.force_login(narrowed.user)
    page = client.get("/")
    assert [c["target"] for c in page.context["changes"]] == ["+3225501200"]
    assert page.context["number_count"] == 1


def test_a_stranger_sees_nothing_of_it(client, stranger, admin, number):
    record(actor=admin, action="number.diverted", target=number)
    client.force_login(stranger.user)
    page = client.get("/")
    assert page.context["changes"] == []
    assert page.context["number_count"] == 0
    assert "550 12 00" not in page.text


def test_as_many_questions_for_one_change_as_for_twenty(client, admin, number):
    client.force_login(admin.user)
    counts = []
    for _round in range(2):
        client.get("/")
        with CaptureQueriesContext(connection) as asked:
            client.get("/")
        counts.append(len(asked))
        for _event in range(20):
            record(actor=admin, action="number.moved", target=number)
    assert counts[0] == counts[1]


def test_the_pages_above_tick_the_steps(client, admin, number):
    client.force_login(admin.user)
    labels = [item.label for item in client.get("/").context["items"]]
    for path in (
        f"/numbers/{number.pk}/",
        f"/numbers/{number.pk}/simulate/?caller=&when=now",
        "/calls/?period=yesterday",
    ):
        assert client.get(path).status_code == 200, path
    assert done(client.get("/")) == [labels[0], labels[1], labels[3]]


def test_the_last_changes_are_in_the_order_of_time(client, admin, number):
    """An event may be written after one that happened later."""
    hour, now = dt.timedelta(hours=1), timezone.now()
    for age, action in (
        (1, "number.diverted"),
        (3, "plan.published"),
        (2, "number.labelled"),
    ):
        record(actor=admin, action=action, target=number, at=now - age * hour)
    person_events.record(
        user=admin.user, action="person.signed_in", by=admin.user, at=now
    )
    client.force_login(admin.user)
    told = client.get("/").context["changes"]
    assert "Signed in" not in [str(change["what"]) for change in told]
    times = [change["at"] for change in told]
    assert times == sorted(times, reverse=True)


def test_first_steps_that_are_all_taken_fold_away(client, viewer, number):
    for step in ("number", "simulate", "calls"):
        checklist.tick(viewer, step)
    client.force_login(viewer.user)
    assert "First steps" not in client.get("/").text
