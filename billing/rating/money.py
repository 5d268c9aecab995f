"""Euro amounts: exact while computing, cents on a document."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from billing.rating.errors import too_large

CENT = Decimal("0.01")
NOTHING = Decimal("0.00")
TEN_THOUSANDTH = Decimal("0.0001")


def to_cents(amount: Decimal) -> Decimal:
    """Round an EUR amount to whole cents, halves away from zero; ``BadInput``."""
    return _round(amount, CENT)


def to_ten_thousandths(amount: Decimal) -> Decimal:
    """Round a per-call price to EUR 0.0001, halves away from zero; ``BadInput``."""
    return _round(amount, TEN_THOUSANDTH)


def _round(amount: Decimal, unit: Decimal) -> Decimal:
    try:
        return amount.quantize(unit, ROUND_HALF_UP)
    except InvalidOperation:
        raise too_large() from None
