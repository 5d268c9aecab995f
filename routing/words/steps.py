"""Steps and exits of a plan in words, for people who edit plans."""

from django.utils.translation import gettext as _

from routing.plan.draft import DraftStep
from routing.steps import PAGES, page_of


def type_word(kind: str) -> str:
    """Return the name of a type of step; an unknown type as it is written."""
    return kind if kind and kind not in PAGES else _(page_of(kind).name)


def exit_word(step: DraftStep, name: str) -> str:
    """Return an exit of a step in words."""
    return page_of(step.type).exit_word(name)


def title(step: DraftStep) -> str:
    """Return what people call a step: its label, else its type and content."""
    if step.label.strip():
        return step.label
    about, kind = page_of(step.type).detail(step), type_word(step.type)
    return _("%(type)s: %(what)s") % {"type": kind, "what": about} if about else kind
