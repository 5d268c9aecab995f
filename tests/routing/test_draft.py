"""A draft may hold any JSON: it is read, shown, changed and compared all the same."""

from copy import deepcopy

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from routing.engine import parse
from routing.engine.steps import KINDS
from routing.forms.simulate import asked
from routing.models import PlanVersion
from routing.pages.diagram import diagram
from routing.pages.diff import changes
from routing.pages.outline import outline
from routing.plan import editing
from routing.plan.display_names import Names
from routing.plan.draft import Draft
from routing.services import plans
from routing.words.steps import title
from tests.routing.conftest import MOBILE, make_live, ring
from tests.support.routing import full_world, places

# What PostgreSQL keeps as JSON: no NUL, no half of a pair, no infinity.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
    | st.sampled_from(["s1", "s2", "line", "site:ghent", "office", MOBILE, *KINDS])
)
# The names of a document, so that what is drawn is often one in part.
KEYS = st.sampled_from(
    [
        "schema",
        "entry",
        "nodes",
        "s1",
        "s2",
        "type",
        "label",
        "exits",
        "targets",
        "destination",
        "ring_s",
        "mode",
        "calendar",
        "announcement",
        "queue",
        "mailbox",
        "rules",
        "prefixes",
        "exit",
        "shares",
        "cause",
        "failed",
        "1",
        "timeout",
    ]
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS | TEXT, inner, max_size=6)
    ),
    max_leaves=25,
)
STEP = st.fixed_dictionaries(
    {"type": st.sampled_from([*KINDS, "fax"]) | JSON},
    optional={
        "label": JSON,
        "exits": st.dictionaries(KEYS, JSON, max_size=3),
        "targets": st.lists(JSON, max_size=3),
        "destination": JSON,
        "rules": JSON,
        "shares": JSON,
        "calendar": JSON,
        "announcement": JSON,
        "mailbox": JSON,
        "cause": JSON,
        "mode": JSON,
        "queue": JSON,
    },
)
DOCUMENT = st.fixed_dictionaries(
    {
        "schema": st.just(1) | JSON,
        "entry": st.just("s1") | JSON,
        "nodes": st.dictionaries(KEYS | TEXT, STEP | JSON, max_size=4),
    }
)
ANY = DOCUMENT | JSON
NAMES = Names(
    sites={"ghent": "HQ"}, calendars={"office": "HQ"}, queues={"office": "HQ"}
)


@settings(max_examples=300, deadline=None)
@given(ANY, ANY)
def test_any_json_is_read_told_drawn_and_compared(old, new):
    before = deepcopy(new)
    one, other = Draft.read(old, NAMES), Draft.read(new, NAMES)
    for step in other.steps.values():
        assert isinstance(title(step), str)
        if step.label.strip():
            assert title(step) == step.label
    assert {node["id"] for node in diagram(other)["nodes"]} == set(other.steps)
    assert {line.name for line in outline(other)} == set(other.steps)
    assert all(change["text"] for change in changes(one, other))
    assert all(isinstance(to, str) for to in other.destinations)
    assert asked(other, ["line"])
    assert new == before


@settings(max_examples=200, deadline=None)
@given(ANY, st.sampled_from([*KINDS]))
def test_any_json_can_be_edited_into_a_document(written, kind):
    changed, name = editing.add_step(written, kind, after=None)
    assert Draft.read(changed).entry == name
    assert name not in Draft.read(editing.remove_step(changed, name)).steps
    tidy = Draft.read(editing.remove_unreached(changed))
    assert set(tidy.steps) == set(tidy.reached())


DOCUMENTED = full_world()["document"]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([place for place in places(DOCUMENTED) if place]), JSON)
def test_a_plan_with_one_odd_place_is_read_but_for_it(place, value):
    odd = deepcopy(DOCUMENTED)
    parent = odd
    for part in place[:-1]:
        parent = parent[part]
    parent[place[-1]] = value
    read, whole = Draft.read(odd), Draft.read(DOCUMENTED)
    hit = place[1] if place[0] == "nodes" and len(place) > 1 else None
    if place != ("nodes",):
        kept = {name: step for name, step in whole.steps.items() if name != hit}
        assert {n: s for n, s in read.steps.items() if n != hit} == kept


@pytest.fixture
def stored(client, library, number, editor):
    """A number with a live plan and a draft, of which the document is replaced."""
    make_live(number, ring(MOBILE), editor)
    draft = plans.open_draft(number=number, member=editor)
    client.force_login(editor.user)

    def store(document):
        draft.refresh_from_db()
        return plans.save_draft(
            draft=draft, document=document, revision=draft.revision, member=editor
        )

    return store


READ = [
    ("plan_edit", {}),
    ("plan_edit", {"step": "s1"}),
    ("plan_edit", {"add": "menu", "step": "s1", "place": "1"}),
    ("simulate", {"caller": "", "draft": "1"}),
    ("number_detail", {}),
    ("version_list", {}),
]
# The label and the kind are sent as the form of a step would.
SENT = [
    ("step_save", {"step": "s1", "label": "x"}),
    ("step_add", {"kind": "ring", "step": "s1", "place": "failed"}),
    ("step_add", {"kind": "queue", "step": "s1", "place": "", "label": ""}),
    ("step_delete", {"step": "s1"}),
    ("plan_tidy", {}),
    ("plan_undo", {}),
]


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example([])
@example("plan")
@example({"nodes": {"s1": None, "s2": {"targets": None, "mailbox": 5}}})
@example({"schema": 1, "entry": "s1", "nodes": {"s1": {"label": "site:ghent"}}})
@given(ANY)
def test_any_json_goes_through_every_page(client, number, stored, written):
    # What is whole would be published; nothing at all is no document.
    assume(written is not None and parse(written)[1])
    for page, fields in SENT:
        draft = stored(written)
        sent = {"draft": draft.pk, "revision": draft.revision, **fields}
        answer = client.post(reverse(f"routing:{page}", args=[number.pk]), sent)
        assert answer.status_code in {302, 409, 422}
    draft = stored(written)
    for page, fields in READ:
        answer = client.get(reverse(f"routing:{page}", args=[number.pk]), fields)
        assert answer.status_code == 200
    version = reverse("routing:version_detail", args=[number.pk, draft.sequence])
    assert client.get(version).status_code == 200
    sent = {"draft": draft.pk, "revision": draft.revision}
    answer = client.post(reverse("routing:publish", args=[number.pk]), sent)
    assert answer.status_code in {302, 422}
    stale = {**sent, "revision": draft.revision - 1}
    answer = client.post(reverse("routing:publish", args=[number.pk]), stale)
    assert answer.status_code == 409
    assert PlanVersion.objects.get(state="live").document == ring(MOBILE)
