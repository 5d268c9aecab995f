"""A variable our templates ask for and nobody gave fails the test.

Django renders it as nothing, so a misspelt name shows as a hole in a page. What
``{% if %}`` and ``firstof`` ask for may be absent; the templates of libraries are
theirs.
"""

import sys
from types import FrameType

import pytest
from django.conf import settings
from django.core.signals import setting_changed
from django.template import engines
from django.template.backends.django import DjangoTemplates
from django.template.base import FilterExpression
from django.template.defaultfilters import default

OURS = str(settings.BASE_DIR / "templates")


class UnknownVariable(Exception):
    """A template printed a name that its context does not hold."""


class Refusal(str):
    """Stands for ``string_if_invalid``: asked for, it says what was missing where.

    Django asks whether it is true, then by ``"%s" in`` and ``%``, and hands over
    the variable alone: the rest is found on the stack. What has a ``default`` may be
    absent, and there this is the empty text it seems to be.
    """

    __slots__ = ()

    def __bool__(self) -> bool:
        asking = sys._getframe(1)
        if asking.f_code is not FilterExpression.resolve.__code__:
            return False
        filters = [function for function, _args in asking.f_locals["self"].filters]
        return default not in filters

    def __contains__(self, part: object) -> bool:
        return part == "%s"

    def __mod__(self, variable: object) -> str:
        template = _template_on_the_stack()
        if template.startswith(OURS):
            raise UnknownVariable(f"{variable} in {template}")
        return ""


def _template_on_the_stack() -> str:
    """Where the node that is rendered was written, of whatever block it is part."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        if frame.f_code.co_name == "render_annotated":
            return str(getattr(frame.f_locals["self"], "origin", ""))
        frame = frame.f_back
    return ""


def be_strict(**_changed: object) -> None:
    templates = engines["django"]
    assert isinstance(templates, DjangoTemplates)
    templates.engine.string_if_invalid = Refusal()


@pytest.fixture(autouse=True, scope="session")
def templates_refuse_unknown_variables():
    be_strict()
    # Django makes its engines anew when a test changes what they depend on.
    setting_changed.connect(be_strict)
