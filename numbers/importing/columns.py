"""The columns of a file of numbers, in and out."""

import datetime as dt

REQUIRED = ("number", "site", "option", "activated_on")
# option_from: the day the option of the row begins, for a number that changes it;
# line, channels: of the site, used when the site is not there yet.
OPTIONAL = ("option_from", "released_on", "label", "contract", "line", "channels")
KNOWN = REQUIRED + OPTIONAL
EXPORTED = (
    "number",
    "label",
    "site",
    "option",
    "option_from",
    "activated_on",
    "released_on",
    "contract",
    "line",
    "channels",
)
EXAMPLE = ("number", "site", "option", "activated_on", "label", "line", "channels")


def example_rows(first: dt.date) -> list[tuple[object, ...]]:
    """Rows of a file to begin with: one of each option, all on one site."""
    return [
        ("+32 2 550 12 00", "Brussels", "CLASSIC", first, "Reception", "", 10),
        ("+32 2 550 12 01", "Brussels", "DRS", first, "Support", "", ""),
        ("+32 2 550 12 02", "Brussels", "VOICE_CONTINUITY", first, "", "", ""),
    ]
