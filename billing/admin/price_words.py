"""A price list in words: what it costs, and what is wrong with one that was typed."""

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _n

from billing.rating.codes import INSTALLATION, MESSAGES
from billing.rating.errors import BadInput
from billing.rating.model import PriceList, Tariff
from billing.rating.parse_prices import parse_price_list
from billing.wording import code_words, in_order
from vms_portal.kernel.formatting import euro
from vms_portal.kernel.plain_fields import WrittenJsonField
from vms_portal.kernel.text import visible_text, whole_number

BANDS = {"up_to": None, "price": None}
TARIFF = {"mode": None, "bands": BANDS}
# What may stand where; None holds a value, "*" any code.
MEMBERS: dict[str, Any] = {
    "id": None,
    "valid_from": None,
    "currency": None,
    "on_quote": None,
    "subscription": {**TARIFF, "max_channels": None},
    "trm": {
        "per_call": TARIFF,
        "monthly_minimum": None,
        "minimum_prorated": None,
        "charge_basis": None,
    },
    "one_off": {"*": TARIFF},
    "options": {"*": TARIFF},
    "names": {"*": {"en": None, "fr": None, "nl": None, "de": None}},
}
# What rating says of a value, for the catalogues.
PROBLEMS = (
    _n("An object is expected here."),
    _n("A list is expected here."),
    _n("A float is not exact: write the number as a string."),
    _n('A number of zero or more is expected, such as "53.30".'),
    _n("A price has at most four decimals."),
    _n("A whole number of zero or more is expected."),
    _n("A code is 1 to 40 capitals, digits and underscores."),
    _n("true or false is expected."),
    _n("Bands rise strictly; only the last may be without limit."),
    _n("A name has 1 to 80 characters."),
)
ONE_OF = re.compile(r"One of (?P<values>.+) is expected\.")
MODES = {
    "flat_band": gettext_lazy("%(range)s: %(price)s in all"),
    "volume": gettext_lazy("%(range)s in all: %(price)s each"),
    "graduated": gettext_lazy("%(range)s: %(price)s for each of these"),
}
EXAMPLE = f"""{{
  "subscription": {{"mode": "flat_band", "bands": [{{"up_to": 20, "price": "53.30"}}],
                   "max_channels": 16}},
  "trm": {{"per_call": "0.04", "monthly_minimum": "15.00"}},
  "one_off": {{"{INSTALLATION}": "120.00"}},
  "options": {{"{MESSAGES}": "4.00", "ACM_SEAT": "9.00"}},
  "names": {{"ACM_SEAT": {{"en": "Agent seat", "fr": "Poste d'agent",
                         "nl": "Agentplaats", "de": "Agentenplatz"}}}}
}}"""


class PricesField(WrittenJsonField):
    """JSON whose mistakes are told with their place."""

    def prepare_value(self, value: Any) -> Any:
        return "" if value is None else super().prepare_value(value)

    def to_python(self, value: Any) -> Any:
        try:
            definition = super().to_python(value)
        except ValidationError as error:
            raise _with_place(error) from error.__context__
        if definition in self.empty_values:
            return definition
        if not isinstance(definition, dict):
            raise ValidationError(_("An object of prices is expected."))
        problems = [ValidationError(text) for text in problems_of(definition)]
        if problems:
            raise ValidationError(problems)
        return definition


def _with_place(error: ValidationError) -> ValidationError:
    """Say where a text stops being JSON, if it does."""
    cause = error.__context__
    if not isinstance(cause, json.JSONDecodeError):
        return error
    text = _(
        "This is no JSON: something is wrong in line %(line)d, at character %(column)d."
    )
    return ValidationError(text % {"line": cause.lineno, "column": cause.colno})


def problems_of(definition: dict[str, Any]) -> list[str]:
    """Return what is wrong with prices: every unknown name, the first wrong value."""
    told = [
        _("%(place)s: this name is not known. Is it misspelt?") % {"place": place}
        for place in _unknown(definition, MEMBERS, "")
    ]
    try:
        parse_price_list({"valid_from": "2000-01-01", **definition})
    except BadInput as error:
        place = _place(error.path) or _("The price list")
        values = {"place": place, "problem": _problem(error.message)}
        told.append(_("%(place)s: %(problem)s") % values)
    return told


def _problem(message: str) -> str:
    if match := ONE_OF.fullmatch(message):
        return _("One of %(values)s is expected.") % match.groupdict()
    return _(message)


def _unknown(given: Any, known: Any, path: str) -> Iterator[str]:
    if isinstance(given, list):
        for number, item in enumerate(given):
            yield from _unknown(item, known, f"{path}/{number}")
    elif isinstance(given, Mapping) and isinstance(known, Mapping):
        for name, value in given.items():
            here = f"{path}/{name}"
            if name in known or "*" in known:
                yield from _unknown(value, known.get(name, known.get("*")), here)
            else:
                yield _place(here)


def _place(path: str) -> str:
    """Return ``subscription › bands › 2 › price`` for a JSON Pointer; lists from 1."""
    steps = path.strip("/").split("/")
    return " › ".join(_step(step) for step in steps if step)


def _step(step: str) -> str:
    number = whole_number(step)
    return visible_text(step)[:80] if number is None else str(number + 1)


def prices_in_words(definition: dict[str, Any]) -> SafeString | str:
    """Return a table of what a list costs; the JSON itself where it cannot be read."""
    try:
        prices = parse_price_list({"valid_from": "2000-01-01", **definition})
    except BadInput:
        return visible_text(json.dumps(definition, ensure_ascii=False))
    rows = format_html_join(
        "",
        "<div><dt>{}</dt><dd>{}</dd></div>",
        ((label, _lines(texts)) for label, texts in _rows(prices)),
    )
    return format_html('<dl class="listed">{}</dl>', rows)


def _rows(prices: PriceList) -> Iterator[tuple[str, list[str]]]:
    yield (
        _("Subscription, each month, by numbers"),
        subscription_words(prices.subscription),
    )
    yield _("Voice channels"), [_("up to %(count)d") % {"count": prices.max_channels}]
    yield _("TRM, each call"), price_words(prices.per_call)
    basis = {
        "rerouted": _("calls sent elsewhere than the own line"),
        "handled": _("every call of the numbers"),
    }
    yield _("TRM, calls that count"), [basis[prices.charge_basis]]
    minimum = euro(prices.monthly_minimum)
    if prices.minimum_prorated:
        minimum = _("%(price)s, by days in a part of a month") % {"price": minimum}
    yield _("TRM, monthly minimum"), [minimum]
    for code in in_order(prices.options):
        named = {"what": code_words(code, prices.names.get(code))}
        words = _("%(what)s, each month") % named
        yield words, price_words(prices.options[code])
    for code in in_order(prices.one_off):
        named = {"what": code_words(code, prices.names.get(code))}
        words = _("%(what)s, once") % named
        yield words, price_words(prices.one_off[code])


def subscription_words(tariff: Tariff) -> list[str]:
    """Return a line for each band of numbers, and who needs a quotation."""
    told = price_words(tariff)
    last = tariff.bands[-1].up_to
    if last is not None:
        told.append(_("more than %(count)d: on quotation") % {"count": last})
    return told


def price_words(price: Decimal | Tariff) -> list[str]:
    """Return a plain price, or a line for each band."""
    if isinstance(price, Decimal):
        return [euro(price, max(2, -int(price.normalize().as_tuple().exponent)))]
    told, first = [], 1
    for band in price.bands:
        values = {"first": first, "last": band.up_to or ""}
        limited, open_ended = _("%(first)d to %(last)d"), _("from %(first)d on")
        words = (open_ended if band.up_to is None else limited) % values
        amount = {"range": words, "price": euro(band.price)}
        told.append(MODES[price.mode] % amount)
        first = (band.up_to or 0) + 1
    return told


def _lines(texts: list[str]) -> SafeString:
    return format_html_join("", "<div>{}</div>", ((text,) for text in texts))
