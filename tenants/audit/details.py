"""What an act of the audit trail was about, in words.

Events keep keys and values as the code had them when they were recorded: they are
never rewritten, so they are put into words when somebody reads them.
"""

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from vms_portal.kernel.formatting import display, euro
from vms_portal.kernel.registry import Registry, Words
from vms_portal.kernel.text import visible_lines, visible_text

ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}\S*)?")
# Names of what is recorded, and values that are codes.
NAMES = Words()
VALUES = Words()
# Names that hold words of their own, which mean something else elsewhere.
WORDS_OF: Registry[Words] = Registry()
AMOUNTS: set[str] = set()  # in EUR
# Processes act as well; a person is called as they are.
ACTORS = Words()


def members(detail: Any) -> Mapping[str, Any]:
    """Return what was recorded by its names; of what has none, all of it.

    A process may write any JSON past ``record``: it is shown, and ends no list.
    """
    return detail if isinstance(detail, Mapping) else {"detail": detail}


def details(detail: Any, words: Words = VALUES) -> list[tuple[str, str]]:
    """Return name and text of each thing recorded; what says nothing is left out.

    A name or a word of a later release is shown as it is.
    """
    recorded = members(detail)
    # Labels of fields are kept in English; the changes hold each in words.
    left_out = {"fields"} if recorded.get("changes") else set()
    # The database keeps names in an order of its own.
    in_order = sorted(recorded.items(), key=lambda item: item[0] == "after")
    return [
        (visible_text(NAMES.told(key)), _told(key, value, words))
        for key, value in in_order
        if key not in left_out and value not in ("", None, [], {})
    ]


def _told(name: str, value: Any, words: Words) -> str:
    if name in AMOUNTS and (amount := _amount(value)):
        return amount
    if name == "kind" and isinstance(value, str) and (model := _model(value)):
        return str(model._meta.verbose_name)
    return _text(value, WORDS_OF.get(name, words))


def _model(label: str) -> type[models.Model] | None:
    """Return the model of a row; what was recorded before has words of its own."""
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def _amount(value: Any) -> str | None:
    """Return it in EUR; None for what is no amount, or one without end."""
    try:
        return euro(Decimal(str(value)))
    except ArithmeticError:
        return None


def actor_words(name: str) -> str:
    return ACTORS.told(name)


def _text(value: Any, words: Words) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, dict):
        return "; ".join(
            gettext("%(name)s: %(value)s") % {"name": name, "value": text}
            for name, text in details(value, words)
        )
    if isinstance(value, list):
        return ", ".join(_text(part, words) for part in value)
    text = str(value)
    if text in words:
        return str(words[text])
    return _moment(text) if ISO.fullmatch(text) else display(visible_lines(text))


def _moment(text: str) -> str:
    try:
        moment = dt.datetime.fromisoformat(text)
        if len(text) == len("2026-10-01"):
            return date_format(moment.date(), "SHORT_DATE_FORMAT")
        if timezone.is_naive(moment):
            moment = moment.replace(tzinfo=dt.UTC)
        return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")
    except (ValueError, OverflowError):
        return text
