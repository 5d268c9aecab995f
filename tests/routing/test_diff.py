"""What changed between two documents, in sentences a person can check."""

from django.utils.translation import override

from routing.pages.diff import changes
from routing.plan import editing
from routing.plan.draft import Draft
from tests.routing.conftest import MOBILE, ring, schedule
from tests.support.routing import asked, forward


def told(old, new):
    with override("en"):
        return [
            (c["kind"], c["text"]) for c in changes(Draft.read(old), Draft.read(new))
        ]


def test_the_same_document_has_no_changes():
    assert told(ring(MOBILE), ring(MOBILE)) == []


def test_a_plan_from_nothing_names_every_step():
    found = told(None, ring(MOBILE))
    assert found[0] == ("changed", "Calls start at step “Ring: +32 470 11 22 33”.")
    assert ("added", "Step “Ring: +32 470 11 22 33” is new.") in found


def test_another_phone_is_one_added_and_one_removed():
    found = told(ring(MOBILE), ring("+32470999999"))
    assert found == [
        (
            "added",
            "Step “Ring: +32 470 99 99 99” also rings +32 470 99 99 99 for 20 seconds.",
        ),
        ("removed", "Step “Ring: +32 470 99 99 99” no longer rings +32 470 11 22 33."),
    ]


def test_ringing_longer_and_in_another_order_is_told():
    old = ring(MOBILE)
    old["nodes"]["r1"]["label"] = "Desk"
    old["nodes"]["r1"]["targets"].append({"destination": "line", "ring_s": 20})
    new = editing.set_fields(
        old, "r1", {"targets": list(reversed(old["nodes"]["r1"]["targets"]))}
    )
    assert told(old, new) == [("changed", "Step “Desk” rings in another order.")]
    longer = editing.set_fields(
        old, "r1", {"targets": [{"destination": MOBILE, "ring_s": 35}]}
    )
    assert told(old, longer) == [
        ("changed", "Step “Desk” rings +32 470 11 22 33 for 35 seconds."),
        ("removed", "Step “Desk” no longer rings the number's own line."),
    ]


def test_pressing_1_is_told_phone_by_phone():
    asked, longer = ring(MOBILE), ring(MOBILE)
    asked["nodes"]["r1"]["targets"][0]["confirm"] = True
    longer["nodes"]["r1"]["targets"][0] |= {"confirm": True, "confirm_s": 20}
    step = "Step “Ring: +32 470 11 22 33 (press 1)”"
    who = "who answers at +32 470 11 22 33"
    presses = f"{step}: {who} presses 1 within %s seconds to take the call."
    assert told(ring(MOBILE), asked) == [("changed", presses % 10)]
    assert told(asked, longer) == [("changed", presses % 20)]
    assert told(longer, ring(MOBILE)) == [
        ("changed", f"Step “Ring: +32 470 11 22 33”: {who} has the call at once.")
    ]


def test_pressing_1_for_a_forward_is_told_once():
    old = {"schema": 1, "entry": "a", "nodes": {"a": forward(MOBILE)}}
    new = {**old, "nodes": {"a": asked(forward(MOBILE))}}
    presses = (
        "Step “Forward: +32 470 11 22 33 (press 1)”: who answers at +32 470 11 22 33"
        " presses 1 within 15 seconds to take the call."
    )
    assert told(old, new) == [("changed", presses)]
    assert [kind for kind, _ in told(new, old)] == ["changed"]
    later = {**old, "nodes": {"a": asked(forward(MOBILE), 20)}}
    assert told(new, later) == [("changed", presses.replace("15", "20"))]


def test_exits_and_fields_and_names_are_told():
    old = schedule(MOBILE)
    new = editing.set_exit(old, "hours", "closed", "r1")
    new = editing.set_exit(new, "hours", "holiday", "bye")
    new = editing.set_fields(new, "hours", {"calendar": "shop", "label": "Shop hours"})
    assert told(old, new) == [
        ("changed", "Step “Opening hours: office” is now called “Shop hours”."),
        ("changed", "Step “Shop hours”: calendar shop instead of office."),
        (
            "changed",
            "Step “Shop hours”, closed: calls go to “Ring: +32 470 11 22 33”.",
        ),
        (
            "added",
            "Step “Shop hours”, on a holiday: calls go to "
            "“End the call: a normal end”.",
        ),
    ]


def test_a_removed_step_is_named_as_it_was():
    old = schedule(MOBILE)
    new = editing.remove_step(old, "r1")
    assert ("removed", "Step “Ring: +32 470 11 22 33” is gone.") in told(old, new)


def test_documents_that_cannot_be_read_are_compared_as_empty():
    assert told({"nodes": 3}, {"nodes": None}) == []
    assert told([], "plan") == []


def test_a_field_nobody_knows_is_told_by_its_own_name():
    old, new = ring(MOBILE), ring(MOBILE)
    old["nodes"]["bye"] = {"type": "fax", "pages": 1}
    new["nodes"]["bye"] = {"type": "fax", "pages": 2}
    assert told(old, new) == [("changed", "Step “fax”: pages 2 instead of 1.")]


def test_another_kind_is_told_with_what_goes_and_what_comes():
    old, new = ring(MOBILE), ring(MOBILE)
    new["nodes"]["bye"] = {"type": "forward", "destination": "line"}
    assert told(old, new)[:3] == [
        ("changed", "Step “Forward: the number's own line” was: End the call."),
        (
            "changed",
            "Step “Forward: the number's own line”: destination the number's own line "
            "instead of nothing.",
        ),
        (
            "changed",
            "Step “Forward: the number's own line”: what the caller hears nothing "
            "instead of a normal end.",
        ),
    ]
