"""Values as people read them, in the active language."""

import datetime as dt
import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

import phonenumbers
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from vms_portal.kernel.telephony import E164

# So many of a list are named; nobody reads hundreds.
MOST_NAMED = 20
_IN_TEXT = re.compile(rf"{E164.pattern}\b")
# In this order: most name older ones beside themselves.
BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}
# A day and its time in a sentence, where Django's format is not that of people.
IN_WORDS = {
    "fr": {"DATETIME_FORMAT": "j F Y à H:i"},
    "nl": {"DATETIME_FORMAT": r"j F Y \o\m H:i"},
    "de": {"DATETIME_FORMAT": r"j. F Y \u\m H:i \U\h\r"},
}
# The first of a month is an ordinal in French.
FIRST_OF_MONTH = re.compile(r"(?<!\d)1(?= [^\W\d])")
# Weekday, day and month, where a language writes them in its own way.
SHORT_DAY = {"de": "D, j. N"}
# Where the sign stands before the amount; behind it in French and German.
SIGN_FIRST = {"nl": "€\N{NO-BREAK SPACE}", "en": "€"}


def day_words(day: dt.date, form: str = "DATE_FORMAT") -> str:
    """Return a day, or a time of it, with its month in words: 1er octobre 2026."""
    own = IN_WORDS.get(get_language() or "", {})
    return ordinals(date_format(day, own.get(form, form)))


def ordinals(text: str) -> str:
    """Return a day in words as French writes the first of a month: 1er octobre."""
    return FIRST_OF_MONTH.sub("1er", text) if get_language() == "fr" else text


def zone_if_twice(local: dt.datetime) -> str:
    """Return `` (CEST)`` or `` (CET)`` in the hour that autumn has twice, else ""."""
    other = local.replace(fold=1 - local.fold)
    return f" ({local.tzname()})" if other.utcoffset() != local.utcoffset() else ""


def short_day(day: dt.date, more: str = "") -> str:
    """Return weekday, day and month, short; ``more`` is what the format adds."""
    return day_words(day, SHORT_DAY.get(get_language() or "", "D j N") + more)


def day_in_figures(day: dt.date) -> str:
    """Return day and month as short as they can be: 21/11, in German 21.11."""
    return date_format(day, "j.n." if get_language() == "de" else "j/n")


def display(e164: str) -> str:
    """Return ``+32 2 550 12 34`` for ``+3225501234``, wherever it stands in a text."""
    return _IN_TEXT.sub(lambda match: _international(match[0]), e164)


# A page shows the same numbers again and again; parsing one takes 0.2 ms.
@lru_cache(maxsize=16_384)
def _international(number: str) -> str:
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    style = phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style)


def euro(amount: Decimal, decimals: int = 2) -> str:
    """Return an amount in euro with ``decimals`` places, rounded half up."""
    rounded = amount.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    text = number_format(
        abs(rounded), decimal_pos=decimals, use_l10n=True, force_grouping=True
    )
    minus = "\N{MINUS SIGN}" if rounded < 0 else ""
    sign = SIGN_FIRST.get((get_language() or "en")[:2])
    if sign:
        return f"{minus}{sign}{text}"
    return f"{minus}{text}\N{NO-BREAK SPACE}€"


def unbroken(text: str) -> str:
    """Return text that never ends a line in its middle, as a number should not."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def grouped(text: str, size: int = 4) -> str:
    """Return an IBAN as people read it: BE68 5390 0754 7034."""
    return " ".join(text[n : n + size] for n in range(0, len(text), size))


def colon() -> str:
    """Return the colon behind a name; French has a space before it."""
    return _(":")


def device(user_agent: str) -> str:
    """Return ``Firefox on Windows`` for what a browser says of itself."""
    browser = _first_named(BROWSERS, user_agent)
    system = _first_named(SYSTEMS, user_agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown device")


def _first_named(names: dict[str, str], text: str) -> str:
    return next((name for mark, name in names.items() if mark in text), "")


def first_named(rows: Sequence[str]) -> list[str]:
    """Return the first rows of a list, and how many more there are."""
    named, rest = list(rows[:MOST_NAMED]), len(rows) - MOST_NAMED
    if rest > 0:
        more = ngettext("and %(count)d more", "and %(count)d more", rest)
        named.append(more % {"count": rest})
    return named
