"""Price lists from JSON, and the codes they and the rules know."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from billing.rating import codes, fields
from billing.rating.codes import Group
from billing.rating.fields import Node
from billing.rating.model import Band, PriceList, Tariff

LANGUAGES = ("en", "fr", "nl", "de")
LONGEST_NAME = 80
NO_CODE = "A code is 1 to 40 capitals, digits and underscores."
FEES = codes.names_of(Group.FEE)


def parse_price_list(data: Any, path: str = "") -> PriceList:
    """Return one price list; BadInput names the first value that is wrong."""
    return read_price_list(Node(data, path))


def read_price_list(node: Node) -> PriceList:
    subscription, trm = node.child("subscription"), node.child("trm")
    currency = node.child("currency")
    currency.default(fields.one_of("EUR"), "EUR")
    return PriceList(
        valid_from=fields.date(node.child("valid_from")),
        subscription=_tariff(subscription),
        max_channels=subscription.child("max_channels").default(fields.count, 16),
        per_call=_price(trm.child("per_call")),
        monthly_minimum=fields.price(trm.child("monthly_minimum")),
        minimum_prorated=trm.child("minimum_prorated").default(fields.flag, True),
        charge_basis=trm.child("charge_basis").default(
            fields.one_of(*codes.CHARGED), "rerouted"
        ),
        one_off=_prices(node.child("one_off")),
        options=_prices(node.child("options")),
        names={
            code: _names(child) for code, child in node.child("names").members().items()
        },
    )


def _prices(node: Node) -> dict[str, Decimal | Tariff]:
    prices = {}
    for code, child in node.members().items():
        if not fields.is_code(code):
            raise child.fail(NO_CODE)
        prices[code] = _price(child)
    return prices


def _names(node: Node) -> dict[str, str]:
    """Return what a code of the list is called, by language."""
    code = node.path.rpartition("/")[2]
    if not fields.is_code(code):
        raise node.fail(NO_CODE)
    names = {key: fields.text(child) for key, child in node.members().items()}
    if wrong := sorted(names.keys() - set(LANGUAGES)):
        raise node.child(wrong[0]).fail("One of en, fr, nl, de is expected.")
    for language, name in names.items():
        if not name.strip() or len(name) > LONGEST_NAME:
            raise node.child(language).fail("A name has 1 to 80 characters.")
    return names


def _price(node: Node) -> Decimal | Tariff:
    return _tariff(node) if isinstance(node.value, dict) else fields.price(node)


def _tariff(node: Node) -> Tariff:
    mode = fields.one_of("flat_band", "volume", "graduated")(node.child("mode"))
    bands = [
        Band(
            up_to=band.child("up_to").optional(fields.count),
            price=fields.price(band.child("price")),
        )
        for band in node.child("bands").items()
    ]
    limits = [band.up_to for band in bands]
    rising = [limit for limit in limits if limit is not None]
    if not bands or None in limits[:-1] or rising != sorted(set(rising)):
        raise node.child("bands").fail(
            "Bands rise strictly; only the last may be without limit."
        )
    return Tariff(mode, tuple(bands))


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The codes that exist: those of the rules and those of the lists given."""

    one_offs: frozenset[str]
    options: frozenset[str]

    @classmethod
    def of(cls, lists: Iterable[PriceList]) -> Self:
        one_offs = set(codes.names_of(Group.WORK))
        options = set(codes.names_of(Group.OPTION))
        for item in lists:
            one_offs.update(item.one_off)
            options.update(item.options)
        return cls(frozenset(one_offs), frozenset(options))

    def one_off(self, node: Node) -> str:
        return _known(node, self.one_offs)

    def option(self, node: Node) -> str:
        return _known(node, self.options)

    def promo(self, node: Node) -> str:
        if node.value == codes.CALL.name:
            raise node.fail("Calls are never on promotion.")
        return _known(node, self.one_offs | self.options | FEES)

    def indexable(self, node: Node) -> str:
        every = self.one_offs | self.options | FEES | {codes.CALL.name}
        return _known(node, every)


def is_of_a_family(code: str) -> bool:
    """Tell whether ``code`` may be quoted without being in a list."""
    return codes.family_of(code) is not None and fields.is_code(code)


def _known(node: Node, known: frozenset[str]) -> str:
    code = fields.text(node)
    if code in known or is_of_a_family(code):
        return code
    raise node.fail(f"{code[:40]!r} is not a code of the price list.")
