"""What a route's address and form are filled with, out of a customer's world."""

from typing import Any

from tests.support.world import World

Values = dict[str, Any]


def nothing(world: World) -> Values:
    return {}


def number(world: World) -> Values:
    return {"pk": world.number.pk}


def colleague(world: World) -> Values:
    return {"pk": world.colleague.pk}


def version(world: World) -> Values:
    return {"pk": world.number.pk, "sequence": 1}


def redirection(world: World) -> Values:
    return {"pk": world.number.pk, "kind": "cfu"}


def calendar(world: World) -> Values:
    return {"pk": world.calendar.pk}


def announcement(world: World) -> Values:
    return {"slug": world.announcement.slug}


def invoice(world: World) -> Values:
    return {"pk": world.invoice.pk}


def reference(world: World) -> Values:
    return {"reference": world.invoice.reference}


def summary(world: World) -> Values:
    return {"pk": world.summary.pk}


MOBILE = "0470112233"
# The same fields with the prefix of the redirection's own form.
DIVERSION = {
    "other": MOBILE,
    "until": "4h",
    "cfu-other": MOBILE,
    "cfu-until": "4h",
}


def divert(world: World) -> Values:
    return dict(DIVERSION)


def divert_there(world: World) -> Values:
    """Towards a site and a number of that world."""
    there = {"to": f"site:{world.site.slug}", "other": world.number.e164}
    prefixed = {f"cfu-{key}": value for key, value in there.items()}
    return {**DIVERSION, **there, **prefixed, "ids": [world.number.pk]}


def divert_numbers(world: World) -> Values:
    return {**DIVERSION, "ids": [world.number.pk]}


def divert_call(world: World) -> Values:
    return {"destination": MOBILE}


def place(world: World) -> Values:
    return {"site": world.site.slug, "number": world.number.e164}


def step(world: World) -> Values:
    return {
        "step": "ring",
        "revision": 1,
        "kind": "hangup",
        "place": "",
        "draft": world.draft.pk,
    }
