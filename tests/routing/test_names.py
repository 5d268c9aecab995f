"""People read names of sites, calendars and announcements, never their slugs."""

import datetime as dt
from copy import deepcopy

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from numbers.models import Line, NumberAccess, Site
from routing import tasks
from routing.decisions.simulation import simulate_number
from routing.decisions.where_now import where_now
from routing.models import Calendar, Queue
from routing.pages.diagram import diagram
from routing.pages.diff import changes
from routing.plan.display_names import SLUGS, Names, by_slug
from routing.plan.draft import Draft
from routing.services import forwarding, plans
from routing.words.steps import title
from tests.routing.conftest import MONDAY, facts, make_live, ring, schedule

HOUR = dt.timedelta(hours=1)
GHENT = "site:ghent-2"
NAMES = Names(
    sites={"ghent": "Gent-Zuid"},
    calendars={"office": "Office hours"},
    announcements={"closed": "We are closed"},
    queues={"desk": "Help desk"},
)


@pytest.fixture
def ghent(acme):
    site = Site.objects.create(tenant=acme, name="Gent-Zuid", slug="ghent-2")
    Line.objects.create(
        tenant=acme, site=site, e164="+3292223344", is_main=True, channels=4
    )
    return site


def titles(nodes, names):
    with override("en"):
        steps = Draft.read({"nodes": nodes}, names).steps.values()
        return [title(step) for step in steps]


STEPS = {
    "hours": {"type": "schedule", "calendar": "office"},
    "phones": {"type": "ring", "targets": [{"destination": "site:ghent"}]},
    "gone": {"type": "forward", "destination": "site:ghent"},
    "said": {"type": "announcement", "announcement": "closed"},
    "wait": {"type": "queue", "queue": "desk"},
}


def test_names_take_the_place_of_slugs_wherever_they_stand():
    before = deepcopy(STEPS)
    assert titles(STEPS, NAMES) == [
        "Opening hours: Office hours",
        "Ring: site Gent-Zuid",
        "Forward: site Gent-Zuid",
        "Announcement: We are closed",
        "Queue: Help desk",
    ]
    assert before == STEPS


def test_what_has_no_name_keeps_its_slug():
    assert titles(STEPS, SLUGS) == [
        "Opening hours: office",
        "Ring: site ghent",
        "Forward: site ghent",
        "Announcement: closed",
        "Queue: desk",
    ]
    assert titles({"hours": {"type": "schedule", "calendar": None}}, NAMES) == [
        "Opening hours"
    ]


def test_a_label_stays_as_it_was_written():
    labels = ["site:ghent", "office", "closed", "line"]
    steps = {f"s{n}": {"type": "hangup", "label": x} for n, x in enumerate(labels)}
    assert titles(steps, NAMES) == labels
    shown = diagram(Draft.read({"nodes": steps}, NAMES))["nodes"]
    assert [node["label"] for node in shown] == labels
    told = changes(Draft(), Draft.read({"nodes": steps}, NAMES))
    assert "“site:ghent”" in told[0]["text"]


def test_a_label_survives_every_page(client, library, number, editor, ghent):
    document = ring(GHENT)
    document["nodes"]["r1"]["label"] = GHENT
    draft = plans.open_draft(number=number, member=editor)
    plans.save_draft(draft=draft, document=document, revision=1, member=editor)
    client.force_login(editor.user)
    for page in ("plan_edit", "simulate"):
        url = reverse(f"routing:{page}", args=[number.pk])
        answer = client.get(url, {"caller": "", "draft": "1", "step": "r1"})
        assert GHENT in answer.content.decode()
    version = reverse("routing:version_detail", args=[number.pk, draft.sequence])
    assert GHENT in client.get(version).content.decode()


def test_equal_names_are_told_apart_by_their_slugs():
    named = by_slug([("a", "Desk"), ("b", "Desk"), ("c", "Shop")])
    assert named == {"a": "Desk (a)", "b": "Desk (b)", "c": "Shop"}


def test_a_diversion_to_a_site_is_told_by_its_name(client, number, editor, ghent):
    client.force_login(editor.user)
    sent = {"to": GHENT, "until": "4h"}
    url = reverse("routing:divert", args=[number.pk])
    text = client.post(url, sent, follow=True).content.decode()
    assert "now go to site Gent-Zuid until" in text
    assert "All calls go to site Gent-Zuid until" in text
    assert "Site Gent-Zuid</option>" in text
    assert "ite ghent-2" not in text


def test_its_end_is_told_by_its_name(
    number, editor, ghent, at_once, django_capture_on_commit_callbacks
):
    long_ago = dt.datetime(2026, 11, 5, 9, tzinfo=dt.UTC)
    forwarding.divert(
        numbers=[number],
        destination=GHENT,
        until=long_ago + HOUR,
        member=editor,
        now=long_ago,
    )
    with django_capture_on_commit_callbacks(execute=True):
        tasks.end_expired_overrides()
    assert "to site Gent-Zuid is over" in mail.outbox[-1].body


def test_a_plan_is_told_with_names(client, library, number, editor, ghent):
    make_live(number, schedule(GHENT), editor)
    Calendar.objects.update(name="Opening hours of Ghent")
    where = where_now(number, facts(number, MONDAY))
    assert where.what == "Calls ring site Gent-Zuid."
    assert where.because.endswith("of calendar Opening hours of Ghent")
    answer = simulate_number(number, facts(number, MONDAY), caller=None)
    assert answer["destination"] == GHENT
    assert answer["sentences"][-1] == "The call was answered at site Gent-Zuid."

    client.force_login(editor.user)
    url = reverse("routing:number_detail", args=[number.pk])
    page = client.get(url)
    assert "Opening hours of Ghent" in page.context["lines"][0].title
    labels = {n["id"]: n["detail"] for n in page.context["diagram"]["nodes"]}
    assert labels["r1"] == "site Gent-Zuid"
    at = {"caller": "", "at": timezone.localtime(MONDAY).strftime("%Y-%m-%dT%H:%M")}
    url = reverse("routing:simulate", args=[number.pk])
    text = client.get(url, at).content.decode()
    assert "answered at site Gent-Zuid" in text
    assert "of calendar Opening hours of Ghent" in text
    assert "ite ghent-2" not in text


def test_an_answered_queue_is_called_by_its_name(acme, library, number, editor):
    Queue.objects.create(tenant=acme, slug="desk", name="Help desk")
    document = ring("line")
    document["nodes"]["wait"] = {
        "type": "queue",
        "queue": "desk",
        "max_wait_s": 60,
        "max_length": 5,
        "music": "closed",
        "exits": {"timeout": "r1"},
    }
    make_live(number, {**document, "entry": "wait"}, editor)

    sentence = where_now(number, facts(number, MONDAY)).sentence
    assert sentence == "Callers wait in the queue Help desk."


def test_the_editor_and_its_changes_show_names(client, library, number, editor, ghent):
    make_live(number, schedule("line"), editor)
    client.force_login(editor.user)
    begin = reverse("routing:plan_begin", args=[number.pk])
    client.post(begin)
    draft = number.plan_versions.get(state="draft")
    document = draft.document
    document["nodes"]["r1"]["targets"][0]["destination"] = GHENT
    draft.document = document
    draft.save()
    page = client.get(reverse("routing:plan_edit", args=[number.pk]), {"step": "r1"})
    told = [change["text"] for change in page.context["changes"]]
    assert any("also rings site Gent-Zuid for 20 seconds" in text for text in told)
    assert page.context["step_title"] == "Ring: site Gent-Zuid"
    choices = dict(page.context["form"].fields["to-0"].choices)
    assert choices[GHENT] == "Site Gent-Zuid"
    assert "ite ghent-2" not in page.content.decode()


def test_a_narrowed_member_is_offered_the_sites_they_see(
    client, number, second, editor, ghent
):
    editor.sees_all_numbers = False
    editor.save()
    NumberAccess.objects.create(tenant=number.tenant, member=editor, number=number)
    client.force_login(editor.user)
    url = reverse("routing:number_detail", args=[number.pk])
    assert "Gent-Zuid" not in client.get(url).content.decode()
    NumberAccess.objects.create(tenant=number.tenant, member=editor, site=ghent)
    assert "Site Gent-Zuid</option>" in client.get(url).content.decode()
