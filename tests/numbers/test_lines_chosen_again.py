"""Staff choose the line that a site has anew, after its number ended."""

import datetime as dt
import html

import pytest
from django.utils import timezone

from numbers.models import Line, Site
from tenants.models import AuditEvent, User
from tests.numbers.test_sites_of_staff import site_form
from tests.support.ended_lines import GONE, divert, noon, rings
from tests.support.mails import send_due
from tests.support.staff_groups import join_group

OFFER = 'name="ring_again"'
ANSWER = {"confirmed": "on", "reason": "ported away, still ours"}


def sent(site, *, line=GONE, channels=16, **more):
    row = {
        "id": site.lines.get().pk,
        "site": site.pk,
        "e164": line,
        "channels": channels,
        "is_main": "on",
    }
    return site_form(site, row) | more


def page(site):
    return f"/numbers/site/{site.pk}/change/"


@pytest.fixture
def ended(gent, was_theirs):
    """The line of Gent was a number of theirs until five days ago."""
    Line.objects.filter(site=gent).update(e164=GONE)
    return was_theirs(-60, -5)


def test_a_line_whose_number_ended_is_chosen_again_by_its_site(
    fresh_office,
    number,
    gent,
    admin,
    editor,
    now,
    ended,
):
    line = Line.objects.filter(site=gent)
    line.update(told_at=now)
    divert(number, editor, now)
    line.update(told_at=None)
    assert rings(number, timezone.now()) == {False}
    office, url = fresh_office, page(gent)
    shown = office.get(url).text
    assert OFFER in shown
    assert "+32 4 250 13 88 was a number of the customer, which ended" in shown
    # Saving the rest chooses nothing, and asks nothing.
    assert office.post(url, sent(gent, city="Gent", channels=30)).status_code == 302
    assert rings(number, timezone.now()) == {False}
    assert not AuditEvent.objects.filter(action="site.line_changed").exists()
    asked = office.post(url, sent(gent, ring_again="on")).text
    again = "diversions that name Gent or +32 4 250 13 88 go there again, at once."
    assert f"Plans and {again}" in asked
    assert "as the line of their site go on as they do" in asked
    for wrong in ("ring there, too", "no longer", "none of its numbers"):
        assert wrong not in asked
    done = office.post(url, sent(gent, ring_again="on", **ANSWER))
    assert done.status_code == 302
    for days in (0, 1, 30):
        assert rings(number, noon(days)) == {True}
    (mail,) = send_due()
    assert "go to the line again" in mail.body
    assert "- Gent: +32 4 250 13 88\n" in mail.body
    assert "changed the main lines" not in mail.body
    assert mail.subject == "Calls go to lines of sites of Acme SA again"
    assert ANSWER["reason"] in mail.body
    event = AuditEvent.objects.get(action="site.line_changed")
    assert event.detail["before"] == event.detail["after"] == GONE
    # The control: what rings is not offered to ring again.
    assert OFFER not in office.get(url).text


def test_a_line_that_rings_is_not_offered_to_ring_again(
    fresh_office,
    gent,
    was_theirs,
):
    Line.objects.filter(site=gent).update(e164=GONE)
    was_theirs(-60, 0)
    assert OFFER not in fresh_office.get(page(gent)).text
    fresh_office.post(page(gent), sent(gent, ring_again="on", **ANSWER))
    assert Line.objects.get(site=gent).told_at is None


@pytest.mark.parametrize("is_theirs", [True, False])
def test_a_number_of_another_customer_does_not_ring_again(
    fresh_office,
    gent,
    ended,
    globex,
    make_contract,
    make_number,
    is_theirs,
):
    there = Site.objects.create(tenant=globex, name="Gent", slug="gent")
    begins = ended.released_on + dt.timedelta(days=1)
    last = None if is_theirs else begins
    make_number(
        make_contract(globex), there, GONE, activated_on=begins, released_on=last
    )
    answer = fresh_office.post(page(gent), sent(gent, ring_again="on", **ANSWER))
    refused = "This is a number of another customer today." in answer.text
    assert refused is is_theirs
    assert (Line.objects.get(site=gent).told_at is None) is is_theirs


@pytest.mark.parametrize(
    ("more", "is_asked"),
    [
        ({"channels": 30}, False),
        ({"line": "04 250 13 88"}, False),
        ({"ring_again": "on"}, True),
        ({"line": "+3242501389"}, True),
    ],
)
def test_only_what_may_ring_anew_asks_to_sign_in(
    borrowed_office,
    gent,
    ended,
    more,
    is_asked,
):
    """More channels, or the same digits in another notation, ring nothing new."""
    answer = borrowed_office.post(page(gent), sent(gent, **more) | ANSWER)
    assert answer.status_code == 302
    assert ("reauthenticate" in answer["Location"]) is is_asked
    line = Line.objects.get(site=gent)
    assert (line.e164, line.told_at) == (GONE, None)
    assert line.channels == more.get("channels", 16)


@pytest.mark.parametrize("is_told", [True, False])
def test_another_row_with_the_same_digits_rings_as_the_one_before_did(
    fresh_office, gent, ended, number, editor, now, is_told
):
    """Be it another main line, it is the same choice, which nobody made or unmade."""
    Line.objects.filter(site=gent).update(told_at=now)
    divert(number, editor, now)
    if not is_told:
        Line.objects.filter(site=gent).update(told_at=None)
    assert rings(number, now) == {is_told}
    Line.objects.create(
        tenant=gent.tenant, site=gent, e164=GONE, is_main=False, told_at=now
    )
    first, spare = gent.lines.order_by("pk")
    own = {"site": gent.pk, "e164": GONE, "channels": 16}
    rows = (
        [own | {"id": first.pk}, own | {"id": spare.pk, "is_main": "on"}],
        [own | {"id": first.pk}, own | {"id": spare.pk}, own | {"is_main": "on"}],
    )
    for lines in rows:
        done = fresh_office.post(page(gent), site_form(gent, *lines))
        assert (done.status_code, "reauthenticate" in done["Location"]) == (302, False)
        main = gent.lines.get(is_main=True)
        assert main != first
        assert (main.told_at is not None) is is_told
        assert rings(number, timezone.now()) == {is_told}
    assert not AuditEvent.objects.filter(action="site.line_changed").exists()


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "was a number of the customer, which ended"),
        ("fr", "était un numéro du client, qui a pris fin"),
    ],
)
def test_who_may_only_look_reads_why_calls_skip_a_site(
    staff_client, gent, ended, language, said
):
    person = User.objects.create_user(
        "f@operator.example", is_staff=True, language=language
    )
    join_group(person, "finance")
    staff_client.force_login(person)
    shown = html.unescape(staff_client.get(page(gent)).text)
    assert "ring_again" not in shown
    assert "Ring its line again" not in shown
    assert f"+32 4 250 13 88 {said}" in shown
    # The control: of a line that rings there is nothing to say.
    Line.objects.filter(site=gent).update(told_at=timezone.now())
    assert said not in html.unescape(staff_client.get(page(gent)).text)
