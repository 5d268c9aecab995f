"""Euro amounts: exact while computing, cents on a document."""

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
TEN_THOUSANDTH = Decimal("0.0001")


def to_cents(amount: Decimal) -> Decimal:
    """Round an EUR amount to whole cents, halves away from zero."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def to_ten_thousandths(amount: Decimal) -> Decimal:
    """Round a per-call price to EUR 0.0001, halves away from zero."""
    return amount.quantize(TEN_THOUSANDTH, ROUND_HALF_UP)
