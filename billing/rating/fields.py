"""Reading untrusted JSON values: each reader returns a value or says what is wrong."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from billing.rating.errors import BadInput

T = TypeVar("T")
_DECIMAL = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}", re.ASCII)
# Of what a price list prices, as invoices print it and the tables hold it.
_CODE = re.compile(r"[A-Z0-9_]{1,40}", re.ASCII)
_COUNT = re.compile(r"[0-9]{1,12}", re.ASCII)
MISSING = object()


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the input with its JSON Pointer."""

    value: Any
    path: str

    def fail(self, message: str) -> BadInput:
        return BadInput(message, self.path)

    def child(self, name: str) -> "Node":
        """Return a member of an object; a missing one has the value MISSING."""
        if not isinstance(self.value, Mapping):
            raise self.fail("An object is expected here.")
        escaped = name.replace("~", "~0").replace("/", "~1")
        return Node(self.value.get(name, MISSING), f"{self.path}/{escaped}")

    def items(self) -> list["Node"]:
        """Return the elements of a list; missing or null is empty."""
        if self.value is MISSING or self.value is None:
            return []
        if not isinstance(self.value, list):
            raise self.fail("A list is expected here.")
        return [Node(item, f"{self.path}/{n}") for n, item in enumerate(self.value)]

    def members(self) -> dict[str, "Node"]:
        """Return the members of an object; missing or null is empty."""
        if self.value is MISSING or self.value is None:
            return {}
        if not isinstance(self.value, Mapping):
            raise self.fail("An object is expected here.")
        return {name: self.child(name) for name in self.value}

    def optional(self, read: Callable[["Node"], T]) -> T | None:
        return None if self.value is MISSING or self.value is None else read(self)

    def default(self, read: Callable[["Node"], T], value: T) -> T:
        return value if self.value is MISSING or self.value is None else read(self)


def decimal(node: Node) -> Decimal:
    """A number of zero or more, as a string or an integer, never as a float."""
    value = node.value
    if isinstance(value, float):
        raise node.fail("A float is not exact: write the number as a string.")
    if type(value) is int and 0 <= value < 10**12:
        value = str(value)
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise node.fail('A number of zero or more is expected, such as "53.30".')
    return Decimal(value)


def price(node: Node) -> Decimal:
    """EUR with at most four decimals."""
    amount = decimal(node)
    if -int(amount.normalize().as_tuple().exponent) > 4:
        raise node.fail("A price has at most four decimals.")
    return amount


def count(node: Node) -> int:
    """A whole number of zero or more."""
    value = node.value
    if isinstance(value, str) and _COUNT.fullmatch(value):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**12:
        return value
    raise node.fail("A whole number of zero or more is expected.")


def positive(node: Node) -> Decimal:
    number = decimal(node)
    if not number:
        raise node.fail("A number above zero is expected.")
    return number


def whole(node: Node) -> int:
    """A whole number above zero."""
    number = positive(node)
    if number != int(number):
        raise node.fail("A whole number is expected.")
    return int(number)


def percent(node: Node) -> Decimal:
    number = decimal(node)
    if number > 100:
        raise node.fail("A percentage lies between 0 and 100.")
    return number


def date(node: Node) -> dt.date:
    if isinstance(node.value, str) and _DATE.fullmatch(node.value):
        try:
            return dt.date.fromisoformat(node.value)
        except ValueError:
            pass
    raise node.fail("A date is expected, such as 2026-10-01.")


def month(node: Node) -> dt.date:
    """``YYYY-MM``, as its first day."""
    if isinstance(node.value, str) and _MONTH.fullmatch(node.value):
        try:
            return dt.date.fromisoformat(f"{node.value}-01")
        except ValueError:
            pass
    raise node.fail("A month is expected, such as 2026-10.")


def instant(node: Node) -> dt.datetime:
    """ISO 8601 with an offset, as UTC."""
    if isinstance(node.value, str):
        try:
            moment = dt.datetime.fromisoformat(node.value)
            if moment.tzinfo is not None and 1 < moment.year < dt.MAXYEAR:
                return moment.astimezone(dt.UTC)
        except ValueError:
            pass
    raise node.fail("An instant with its offset is expected: 2026-10-01T09:00:00Z.")


def text(node: Node) -> str:
    if isinstance(node.value, str) and node.value:
        return node.value
    raise node.fail("A text is expected.")


def is_code(text: str) -> bool:
    """Tell whether a price list may price something under this name."""
    return _CODE.fullmatch(text) is not None


def flag(node: Node) -> bool:
    if isinstance(node.value, bool):
        return node.value
    raise node.fail("true or false is expected.")


def one_of(*choices: str) -> Callable[[Node], Any]:
    def read(node: Node) -> str:
        if isinstance(node.value, str) and node.value in choices:
            return node.value
        raise node.fail(f"One of {', '.join(choices)} is expected.")

    return read
