"""The unit of a quantity on a document, as each language counts."""

from decimal import Decimal

import pytest
from django.utils.translation import override

from billing.wording import unit_words


@pytest.mark.parametrize(
    ("language", "quantity", "unit", "words"),
    [
        ("fr", "1", "DAY", "jour"),
        ("fr", "1.5", "DAY", "jour"),
        ("fr", "2", "DAY", "jours"),
        ("nl", "1", "DAY", "dag"),
        ("nl", "16", "DAY", "dagen"),
        ("de", "0.5", "DAY", "Tage"),
        ("de", "1.5", "DAY", "Tage"),
        ("en", "1.5", "DAY", "days"),
        ("nl", "1", "MON", "maand"),
        ("de", "12", "MON", "Monate"),
        ("fr", "3", "C62", ""),
    ],
)
def test_a_unit_agrees_with_its_quantity(language, quantity, unit, words):
    with override(language):
        assert unit_words(unit, Decimal(quantity)) == words
