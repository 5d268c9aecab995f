"""Plans that broke, or that are not shown to somebody, where other numbers act."""

import pytest
from django.urls import reverse

from numbers.models import Line, NumberAccess, Site
from routing.decisions.simulation import simulate_number
from routing.decisions.where_now import where_now
from routing.models import KnownDestination, Override
from routing.services import plans
from routing.services.compiling import compile_customer
from tenants.models import Member
from tests.routing.conftest import MOBILE, MONDAY, facts, make_live, ring
from tests.support.circles import coming, divert, first_step, ported, put_live
from tests.support.left_out import LATER, forward

__all__ = ["coming", "ported"]
BROKEN = {
    "type": {"type": "fax", "exits": {"failed": "bye"}},
    "queue": {
        "type": "queue",
        "queue": "gone",
        "max_wait_s": 60,
        "max_length": 5,
        "exits": {"timeout": "bye"},
    },
}


def broken(kind):
    document = ring(MOBILE)
    if kind == "schema":
        return {**document, "schema": 0}
    document["nodes"]["r1"] = BROKEN[kind]
    return document


@pytest.mark.parametrize("to", [MOBILE, "+3225501201"])
@pytest.mark.parametrize("kind", ["type", "queue", "schema"])
def test_a_plan_that_broke_keeps_no_other_number_from_acting(
    number, second, editor, acme, kind, to
):
    put_live(second, broken(kind), editor)
    compile_customer(acme, now=LATER)
    make_live(number, ring(to), editor, now=LATER)
    found = simulate_number(number, facts(number, LATER), caller="+32475000000")
    assert "problems" not in found
    draft = ring(to)
    assert "problems" not in simulate_number(
        number, facts(number, LATER), caller=None, document=draft
    )
    divert(number, editor, to)
    assert first_step(number, LATER)[1] is None


def test_a_step_nobody_knows_is_not_served(number, editor):
    put_live(number, broken("type"), editor)
    compile_customer(number.tenant, now=LATER)
    assert first_step(number, LATER) == (["line"], None)
    assert where_now(number, facts(number, LATER)).state == "unserved"


def test_a_narrowed_dispatcher_acts_and_hears_of_no_hidden_number(
    number, ported, editor, acme, make_member, contract, make_number, client
):
    liege = Site.objects.create(tenant=acme, name="Secret", slug="secret")
    Line.objects.create(tenant=acme, site=liege, e164="+3242501300")
    hidden = make_number(contract, liege, "+3242501301")
    put_live(hidden, broken("type"), editor)
    member = make_member(acme, Member.Role.OPERATOR, sees_all_numbers=False)
    NumberAccess.objects.create(tenant=acme, member=member, number=number)
    KnownDestination.objects.create(
        tenant=acme, e164=MOBILE, first_used_at=MONDAY, added_by=editor.user
    )
    client.force_login(member.user)
    answer = client.post(
        reverse("routing:divert", args=[number.pk]),
        {"to": MOBILE, "other": "", "until": "1h"},
        follow=True,
    )
    assert answer.status_code == 200
    assert Override.objects.get().destination == MOBILE
    assert "42 50 13" not in answer.text.replace("\u202f", " ")


def test_a_narrowed_editor_is_told_of_a_loop_through_a_number_they_do_not_see(
    number, second, coming, editor, acme, make_member, client
):
    put_live(second, forward(coming.e164), editor)
    put_live(coming, forward(number.e164), editor)
    member = make_member(acme, Member.Role.EDITOR, sees_all_numbers=False)
    for one in (number, second):
        NumberAccess.objects.create(tenant=acme, member=member, number=one)
    draft = plans.open_draft(number=number, member=member)
    plans.save_draft(
        draft=draft,
        document=forward(second.e164),
        revision=draft.revision,
        member=member,
    )
    draft.refresh_from_db()
    client.force_login(member.user)
    answer = client.post(
        reverse("routing:publish", args=[number.pk]),
        {"draft": draft.pk, "revision": draft.revision},
    )
    assert answer.status_code == 422
    assert "creates a loop between your numbers" in answer.text
    assert "12 55" not in answer.text
