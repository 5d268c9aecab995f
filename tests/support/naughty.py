"""Texts nobody types, and the form they come in."""

FORM_TYPE = "application/x-www-form-urlencoded"
VALUES = {
    "nul": b"\x00",
    "half a character": b"\xed\xa0\x80",
    "many digits": b"9" * 5000,
    "no digit": "²".encode(),
    "infinite": b"1e999",
    "pattern": b"%_\\",
    "last day": b"9999-12-31",
    "last minute": b"9999-12-31T23:59",
    "first minute": b"0001-01-01T00:00",
    "last second": b"9999-12-31T23:59:59Z",
    "first day": b"0001-01-01",
    "no year": b"99999999",
    "a mark nobody sees": "\u202e+32\u200b470".encode(),
    "nested without end": b"[" * 9000,
}
# Sent in one field only, where no other can be refused before it. A form asks more
# work of the database than a page, so only what its view reads by itself.
ALONE = {
    "GET": ("nul", "many digits", "last minute"),
    "POST": ("nul",),
}
