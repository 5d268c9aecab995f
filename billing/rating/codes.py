"""The codes of prices and lines: what each is, and the rules that hang on it.

Their words stand here for the catalogues; rating knows no language and hands them on.
Options of the families have their codes, prices and names from the price list alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum


class Group(Enum):
    """What kind of charge a code stands for, in the order of a document."""

    FEE = "recurring fee of every contract"
    CALLS = "calls"
    ADJUSTMENT = "calls of a month that was billed"
    WORK = "work charged once"
    OPTION = "recurring option"


@dataclass(frozen=True, slots=True)
class Code:
    """``unit`` is a UN/ECE code; quantities are multiples of ``step``, if any.

    A ``pack`` is how many pieces one unit of an option holds. ``offer`` says in a
    contract summary what work there is on request.
    """

    name: str
    words: str
    group: Group
    unit: str = "C62"
    step: Decimal | None = None
    pack: int = 1
    is_once: bool = False
    offer: str = ""

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Family:
    """Options whose codes begin with ``start``; without a list price on quotation."""

    start: str
    words: str
    offer: str


def _n(text: str) -> str:
    """Mark a text for the catalogues."""
    return text


SUBSCRIPTION = Code("SUB", _n("Voice Managed Service subscription"), Group.FEE)
CALL = Code("TRM_CALL", _n("Rerouted calls (TRM)"), Group.CALLS)
MINIMUM = Code("TRM_MIN", _n("TRM, difference to the monthly minimum"), Group.FEE)
LATE = Code("TRM_LATE", _n("Calls recorded after the invoice (TRM)"), Group.ADJUSTMENT)
CORRECTION = Code("TRM_CORRECTION", _n("Calls billed too much (TRM)"), Group.ADJUSTMENT)
INSTALLATION = Code("INSTALL", _n("Installation"), Group.WORK, is_once=True)
CONSULTANCY = Code(
    "CONSULT_DAY",
    _n("Consultancy, per day"),
    Group.WORK,
    unit="DAY",
    step=Decimal("0.5"),
    offer=_n("Consultancy (configuration, training)"),
)
# Never in a list: its price is a quotation, and every summary offers it.
COMPLEX = Code(
    "PROG_COMPLEX",
    _n("Programming, Complex"),
    Group.WORK,
    offer=_n("Programming, Complex"),
)
MESSAGES = Code("MSG_10", _n("Extra voice messages, per 10"), Group.OPTION, pack=10)
RECORDING = Code("REC_500MB", _n("Voice recording, per 500 MB"), Group.OPTION)

CODES: Mapping[str, Code] = {
    code.name: code
    for code in (
        SUBSCRIPTION,
        CALL,
        MINIMUM,
        LATE,
        CORRECTION,
        INSTALLATION,
        CONSULTANCY,
        Code(
            "PROG_SMALL",
            _n("Programming, Small"),
            Group.WORK,
            offer=_n("Programming, Small (e.g. adding numbers)"),
        ),
        Code(
            "PROG_LARGE",
            _n("Programming, Large"),
            Group.WORK,
            offer=_n("Programming, Large (e.g. simple routing)"),
        ),
        Code(
            "PROG_XLARGE",
            _n("Programming, XLarge"),
            Group.WORK,
            offer=_n("Programming, XLarge (e.g. advanced routing)"),
        ),
        COMPLEX,
        RECORDING,
        MESSAGES,
    )
}
FAMILIES = (
    Family(
        "ACM_", _n("Agent Contact Management"), _n("ACM (Agent Contact Management)")
    ),
    Family("CAMP_", _n("Call campaigns"), _n("Call campaigns")),
    Family("STAT_", _n("Statistics"), _n("Statistics")),
)
# Which treatments a price list charges, by its ``charge_basis`` (rule 7).
CHARGED: Mapping[str, frozenset[str]] = {
    "rerouted": frozenset({"rerouted"}),
    "handled": frozenset({"rerouted", "direct"}),
}


def names_of(*groups: Group) -> frozenset[str]:
    return frozenset(name for name, code in CODES.items() if code.group in groups)


def family_of(code: str) -> Family | None:
    return next((item for item in FAMILIES if code.startswith(item.start)), None)


def is_known(code: str, *groups: Group) -> bool:
    """Is it a code of one of these groups, or of a family?"""
    return code in names_of(*groups) or family_of(code) is not None


def packs_of(code: str, pieces: int | None) -> int | None:
    """Return how many packs hold the pieces; None where a code has no packs."""
    if pieces is None or code not in CODES or CODES[code].pack == 1:
        return None
    return -(-pieces // CODES[code].pack)


def unit_of(code: str) -> str:
    return CODES[code].unit if code in CODES else "C62"


def refused_quantity(code: str, quantity: Decimal) -> str:
    """Return why so much of it cannot be ordered; "" when it can."""
    known = CODES.get(code)
    if known is None:
        return ""
    if known.is_once and quantity != 1:
        return _n("A contract is installed once.")
    if known.step is not None and quantity % known.step:
        return _n("Consultancy is counted in half days.")
    return ""


def is_once(code: str) -> bool:
    return code in CODES and CODES[code].is_once
