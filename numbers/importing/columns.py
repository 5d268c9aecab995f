"""The columns of a file of numbers, in and out."""

REQUIRED = ("number", "site", "option", "activated_on")
# option_from: the day the option of the row begins, for a number that changes it;
# line, channels: of the site, used when the site is not there yet.
OPTIONAL = ("option_from", "released_on", "label", "contract", "line", "channels")
KNOWN = REQUIRED + OPTIONAL
EXPORTED = (
    "number", "label", "site", "option", "option_from", "activated_on",
    "released_on", "contract", "line", "channels",
)  # fmt: skip
