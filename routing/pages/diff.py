"""What changed between two routing plans, in sentences."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from routing.plan.draft import Draft, DraftStep
from routing.steps import page_of
from routing.words.steps import exit_word, title, type_word

Change = dict[str, str]
# What every step has is told by itself.
COMMON = ("type", "label", "exits")


def changes(old: Draft, new: Draft) -> list[Change]:
    """Return what differs, as ``kind`` (added, removed, changed) and ``text``.

    The order is that of the new plan.
    """
    before, after = old.steps, new.steps
    differences = list(_entry(old, new))
    for name, step in after.items():
        if name not in before:
            differences.append(_change("added", _("Step “%(step)s” is new."), step))
            differences += _exits(DraftStep(name), step, new)
        else:
            differences += _step(before[name], step, new)
    differences += [
        _change("removed", _("Step “%(step)s” is gone."), step)
        for name, step in before.items()
        if name not in after
    ]
    return differences


def _entry(old: Draft, new: Draft) -> Iterator[Change]:
    if new.entry and new.entry != old.entry:
        text = _("Calls start at step “%(step)s”.")
        yield {"kind": "changed", "text": text % {"step": _title(new, new.entry)}}


def _step(old: DraftStep, new: DraftStep, after: Draft) -> Iterator[Change]:
    if old.type != new.type:
        text = _("Step “%(step)s” was: %(before)s.")
        yield _change("changed", text, new, before=type_word(old.type))
    if old.label != new.label:
        text = _("Step “%(before)s” is now called “%(step)s”.")
        yield _change("changed", text, new, before=title(old))
    for field in _fields(old, new):
        if old.fields.get(field) != new.fields.get(field):
            known = field in page_of(new.type).fields
            page = page_of(new.type if known else old.type)
            for kind, text, values in page.differences(field, old, new):
                yield _change(kind, text, new, **values)
    yield from _exits(old, new, after)


def _fields(old: DraftStep, new: DraftStep) -> list[str]:
    """Return every field of both, those with a word of their own first."""
    named = (*page_of(new.type).fields, *page_of(old.type).fields)
    written = (*new.fields, *old.fields)
    return [f for f in dict.fromkeys((*named, *written)) if f not in COMMON]


def _exits(old: DraftStep, new: DraftStep, after: Draft) -> Iterator[Change]:
    for name, to in new.exits.items():
        if old.exits.get(name) != to:
            text = _("Step “%(step)s”, %(exit)s: calls go to “%(to)s”.")
            kind = "changed" if name in old.exits else "added"
            word = exit_word(new, name)
            yield _change(kind, text, new, exit=word, to=_title(after, to))
    for name in old.exits:
        if name not in new.exits:
            text = _("Step “%(step)s” no longer has an exit “%(exit)s”.")
            yield _change("removed", text, new, exit=exit_word(old, name))


def _title(draft: Draft, name: str) -> str:
    """Return what a step is called; one that is not there by its name."""
    return title(draft.steps[name]) if name in draft.steps else name


def _change(kind: str, text: str, step: DraftStep, **values: object) -> Change:
    return {"kind": kind, "text": text % {"step": title(step), **values}}
