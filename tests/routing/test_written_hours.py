"""Hours are read as people write them, and what one may not have meant is told."""

import pytest

from routing.forms.library import CalendarForm, hours_text, read_hours


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("", []),
        ("08:30-12:00, 13:00-17:30", [["08:30", "12:00"], ["13:00", "17:30"]]),
        ("8h30–12h; 13u-17u30", [["08:30", "12:00"], ["13:00", "17:30"]]),
        ("22-2", [["22:00", "02:00"]]),
        ("00:00-24:00", [["00:00", "24:00"]]),
        ("noon", [["noon"]]),
    ],
)
def test_hours_are_read_as_people_write_them(text, spans):
    assert read_hours(text) == spans
    assert read_hours(hours_text(spans)) == spans


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"mon": "8-12"}, []),
        ({"tue": "17:00-08:00"}, ["Tuesday: open overnight, 17:00 to Wed 08:00."]),
        (
            {"tue": "08:00-12:00, 11:00-13:00"},
            ["Tuesday: 08:00-12:00 and 11:00-13:00 overlap; they count as one."],
        ),
        ({"tue": "08:00-12:00, 12:00-13:00"}, []),
        ({"tue": "00:00-24:00"}, []),
        (
            {"sun": "22-9", "mon": "8-12"},
            [
                "Sunday: open overnight, 22:00 to Mon 09:00.",
                "Sunday: the night until 09:00 runs into 08:00-12:00 of Monday; "
                "they count as one.",
            ],
        ),
        (
            {"special-0-from": "2026-12-24", "special-0-hours": "20-2, 22-23"},
            [
                "24 December 2026: open overnight, 20:00 to the next day 02:00.",
                "24 December 2026: 20:00-02:00 and 22:00-23:00 overlap; "
                "they count as one.",
            ],
        ),
    ],
)
def test_hours_one_may_not_have_meant_are_told(fields, said):
    data = {"name": "Office", "mode": "auto", **fields}
    form = CalendarForm(data, name="", definition={})
    assert form.is_valid(), form.errors
    assert form.warnings == said
