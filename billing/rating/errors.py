"""Why a month cannot be priced."""


class RatingError(Exception):
    """``path`` is a JSON Pointer into the input; ``code`` is stable."""

    code = "BAD_INPUT"

    def __init__(self, message: str, path: str) -> None:
        super().__init__(message)
        self.message, self.path = message, path


class BadInput(RatingError):
    """A value that no reading of the rules accepts."""


class QuoteRequired(RatingError):
    """The price list has no price for this; a quotation is missing."""

    code = "QUOTE_REQUIRED"


class NoPriceList(RatingError):
    """No price list was in force on the day that decides."""

    code = "NO_PRICE_LIST"


class UnlawfulDocument(RatingError):
    """A document with the customer's VAT number, country and treatment is unlawful."""

    code = "UNLAWFUL_DOCUMENT"


def too_large() -> BadInput:
    """Prices, factors and quantities come to more than a document can hold."""
    return BadInput("The amount is larger than a document can hold.", "/input")
