"""What changed between two routing documents, in sentences."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _n

from routing import step_words
from routing.diagram import exits_of, steps_of

Json = dict[str, Any]
Change = dict[str, str]

FIELDS = {
    "calendar": _n("calendar"),
    "announcement": _n("announcement"),
    "destination": _n("destination"),
    "mailbox": _n("mailbox"),
    "cause": _n("what the caller hears"),
    "mode": _n("order of ringing"),
    "queue": _n("queue"),
    "max_wait_s": _n("longest wait in seconds"),
    "max_length": _n("longest queue"),
    "music": _n("music"),
    "timeout_s": _n("seconds to choose"),
    "attempts": _n("attempts"),
    "rules": _n("rules"),
    "shares": _n("shares"),
}


def changes(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> list[Change]:
    """Return what differs, as ``kind`` (added, removed, changed) and ``text``.

    ``old`` None is no plan at all. The order is that of the new document.
    """
    before, after = steps_of(old or {}), steps_of(new)
    found = list(_entry(old or {}, new, after))
    for name, step in after.items():
        if name not in before:
            found.append(_change("added", _("Step “%(step)s” is new."), name, step))
            found += _exits({}, step, name, step, after)
        else:
            found += _step(name, before[name], step, before, after)
    found += [
        _change("removed", _("Step “%(step)s” is gone."), name, step)
        for name, step in before.items()
        if name not in after
    ]
    return found


def _entry(
    old: Mapping[str, Any], new: Mapping[str, Any], steps: Mapping[str, Json]
) -> Iterator[Change]:
    entry = new.get("entry")
    if entry != old.get("entry") and isinstance(entry, str):
        text = _("Calls start at step “%(step)s”.")
        yield _change("changed", text, entry, steps.get(entry, {}))


def _step(
    name: str,
    old: Json,
    new: Json,
    before: Mapping[str, Json],
    after: Mapping[str, Json],
) -> Iterator[Change]:
    if old.get("type") != new.get("type"):
        text = _("Step “%(step)s” was: %(before)s.")
        was = step_words.type_word(old.get("type"))
        yield _change("changed", text, name, new, before=was)
    if old.get("label") != new.get("label"):
        yield _label(name, old, new)
    yield from _targets(name, old, new)
    for key in FIELDS:
        if old.get(key) != new.get(key) and (key in old or key in new):
            yield _field(name, key, old, new)
    yield from _exits(old, new, name, new, after)


def _label(name: str, old: Json, new: Json) -> Change:
    plain = {key: value for key, value in old.items() if key != "label"}
    was = step_words.title(name, old if old.get("label") else plain)
    text = _("Step “%(before)s” is now called “%(step)s”.")
    return _change("changed", text, name, new, before=was)


def _field(name: str, key: str, old: Json, new: Json) -> Change:
    text = _("Step “%(step)s”: %(field)s %(after)s instead of %(before)s.")
    values = {"before": _value(key, old.get(key)), "after": _value(key, new.get(key))}
    return _change("changed", text, name, new, field=_(FIELDS[key]), **values)


def _value(key: str, value: Any) -> str:
    if value is None or value == "":
        return _("nothing")
    if key == "destination":
        return step_words.destination(value)
    words = {"cause": step_words.CAUSES, "mode": step_words.MODES}.get(key, {})
    if isinstance(value, str) and value in words:
        return _(words[value])
    if key == "shares" and isinstance(value, dict):
        return ", ".join(f"{name} {share} %" for name, share in value.items())
    return str(value)


def _targets(name: str, old: Json, new: Json) -> Iterator[Change]:
    """Say which phones were added, removed, or ring for another time."""
    before, after = _phones(old), _phones(new)
    for place, seconds in after.items():
        values = {"place": step_words.destination(place), "seconds": seconds}
        if place not in before:
            text = _("Step “%(step)s” also rings %(place)s for %(seconds)s seconds.")
            yield _change("added", text, name, new, **values)
        elif before[place] != seconds:
            text = _("Step “%(step)s” rings %(place)s for %(seconds)s seconds.")
            yield _change("changed", text, name, new, **values)
    for place in before:
        if place not in after:
            text = _("Step “%(step)s” no longer rings %(place)s.")
            values = {"place": step_words.destination(place)}
            yield _change("removed", text, name, new, **values)
    if before.keys() == after.keys() and list(before) != list(after):
        text = _("Step “%(step)s” rings in another order.")
        yield _change("changed", text, name, new)


def _phones(step: Mapping[str, Any]) -> dict[str, Any]:
    targets = step.get("targets")
    targets = targets if isinstance(targets, list) else []
    return {
        str(target.get("destination")): target.get("ring_s", 20)
        for target in targets
        if isinstance(target, dict)
    }


def _exits(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    name: str,
    step: Json,
    after: Mapping[str, Json],
) -> Iterator[Change]:
    before, now = exits_of(old), exits_of(new)
    for exit_name, to in now.items():
        if before.get(exit_name) != to:
            text = _("Step “%(step)s”, %(exit)s: calls go to “%(to)s”.")
            kind = "changed" if exit_name in before else "added"
            values = {"to": step_words.title(to, after[to]) if to in after else to}
            word = step_words.exit_word(exit_name)
            yield _change(kind, text, name, step, exit=word, **values)
    for exit_name in before:
        if exit_name not in now:
            text = _("Step “%(step)s” no longer has an exit “%(exit)s”.")
            word = step_words.exit_word(exit_name)
            yield _change("removed", text, name, step, exit=word)


def _change(
    kind: str, text: str, name: str, step: Mapping[str, Any], **values: object
) -> Change:
    return {
        "kind": kind,
        "text": text % {"step": step_words.title(name, step), **values},
    }
