"""Steps, exits and option lists of a plan in words, for people who edit plans."""

from collections.abc import Mapping
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _n
from django.utils.translation import ngettext

from routing import wording

Json = dict[str, Any]

TYPES = {
    "schedule": _n("Opening hours"),
    "origin": _n("Caller's origin"),
    "distribution": _n("Load distribution"),
    "menu": _n("Menu"),
    "announcement": _n("Announcement"),
    "ring": _n("Ring"),
    "queue": _n("Queue"),
    "voicemail": _n("Voicemail"),
    "forward": _n("Forward"),
    "hangup": _n("End the call"),
}
EXITS = {
    "open": _n("open"),
    "closed": _n("closed"),
    "holiday": _n("on a holiday"),
    "withheld": _n("number withheld"),
    "other": _n("all others"),
    "timeout": _n("nothing within the time"),
    "invalid": _n("no valid key"),
    "done": _n("afterwards"),
    "busy": _n("busy"),
    "no_answer": _n("no answer"),
    "unreachable": _n("unreachable"),
    "failed": _n("otherwise"),
    "full": _n("queue full"),
    "no_agents": _n("no agents"),
    "callback": _n("call back asked"),
}
# The same as the label of the field that says where calls go then.
CASES = {
    "open": _n("When open"),
    "closed": _n("When closed"),
    "holiday": _n("On a holiday"),
    "withheld": _n("Number withheld"),
    "other": _n("All others"),
    "timeout": _n("Nothing within the time"),
    "invalid": _n("No valid key"),
    "done": _n("Afterwards"),
    "busy": _n("When busy"),
    "no_answer": _n("When there is no answer"),
    "unreachable": _n("When unreachable"),
    "failed": _n("Otherwise"),
    "full": _n("When the queue is full"),
    "no_agents": _n("When there are no agents"),
    "callback": _n("When a call back is asked"),
}
CAUSES = {
    "normal": _n("a normal end"),
    "busy": _n("busy tone"),
    "unallocated": _n("number not in use"),
    "rejected": _n("refused"),
}
MODES = {
    "sequential": _n("one after the other"),
    "simultaneous": _n("all at once"),
}


def type_word(kind: object) -> str:
    """Return the name of a type of step; an unknown type as it is written."""
    return _(TYPES[kind]) if isinstance(kind, str) and kind in TYPES else str(kind)


def exit_word(name: str) -> str:
    """Return an exit in words; a menu's key as a key, a rule's name as written."""
    if name in EXITS:
        return _(EXITS[name])
    if name.isdigit() or name in ("*", "#"):
        return _("key %(key)s") % {"key": name}
    return name


def case(name: str) -> str:
    """Return an exit as the label of a field."""
    return _(CASES[name]) if name in CASES else capfirst(exit_word(name))


def title(name: str, node: Mapping[str, Any]) -> str:
    """Return what people call a step: its label, else its type and content."""
    label = node.get("label")
    if isinstance(label, str) and label.strip():
        return label
    about = detail(node)
    kind = type_word(node.get("type"))
    return _("%(type)s: %(what)s") % {"type": kind, "what": about} if about else kind


def detail(node: Mapping[str, Any]) -> str:
    """Return what a step is about: its targets, its calendar, its announcement."""
    kind = node.get("type")
    if kind == "ring":
        return _targets(node)
    if kind == "forward":
        return destination(node.get("destination"))
    if kind == "hangup":
        cause = node.get("cause")
        return _(CAUSES[cause]) if cause in CAUSES else str(cause or "")
    if kind == "distribution":
        shares = node.get("shares")
        pairs = shares.items() if isinstance(shares, dict) else ()
        return ", ".join(f"{name} {share} %" for name, share in pairs)
    keys = ("calendar", "mailbox", "queue", "announcement")
    return next((str(node[key]) for key in keys if node.get(key)), "")


def _targets(node: Mapping[str, Any]) -> str:
    targets = node.get("targets")
    targets = targets if isinstance(targets, list) else []
    named = [destination(t.get("destination")) for t in targets if isinstance(t, dict)]
    if len(named) > 2:
        rest = len(named) - 1
        more = ngettext("%(n)s more", "%(n)s more", rest) % {"n": rest}
        return f"{named[0]}, {more}"
    return ", ".join(named)


def destination(written: object) -> str:
    """Return a destination for reading, whatever stands in the document."""
    return wording.destination_words(written if written else "")  # type: ignore[arg-type]
