"""The numbers a person sees, as they are pasted."""

import pytest

from numbers.forms import AccessForm


@pytest.mark.parametrize(
    "written",
    [
        "02 550 12 00\r\n \r\n+32 2 550 12 00",
        " \n02 550 12 00\n\t",
        "02 550 12 00\n\u00a0\n",
    ],
)
def test_a_line_of_spaces_is_no_number(number, admin, written):
    form = AccessForm({"sees_all": "no", "numbers": written, "expected": "x"}, by=admin)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["numbers"] == [number]


def test_a_line_that_is_no_number_is_still_named(number, admin):
    """The control."""
    form = AccessForm(
        {"sees_all": "no", "numbers": "02 550 12 00\n-", "expected": "x"}, by=admin
    )
    assert not form.is_valid()
