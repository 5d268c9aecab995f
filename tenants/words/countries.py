"""Countries by their ISO 3166-1 codes, named in the languages of the portal.

The names come with ``phonenumbers``, which keeps the codes up to date.
"""

from django.utils.translation import get_language
from phonenumbers.geodata.locale import LOCALE_DATA

# Codes that ISO withdrew.
WITHDRAWN = {"AN"}
CODES = frozenset(LOCALE_DATA) - WITHDRAWN
EU = frozenset(
    (
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    )
)
# Names that changed, or are written otherwise in Belgium.
NEWER = {
    "AX": {"de": "Ålandinseln", "nl": "Ålandeilanden"},
    "CZ": {"en": "Czechia", "fr": "Tchéquie", "de": "Tschechien"},
    "MK": {
        "en": "North Macedonia",
        "fr": "Macédoine du Nord",
        "nl": "Noord-Macedonië",
        "de": "Nordmazedonien",
    },
    "SZ": dict.fromkeys(("en", "fr", "nl", "de"), "Eswatini"),
    "US": {"fr": "États-Unis", "de": "Vereinigte Staaten"},
}


def country_name(code: str) -> str:
    """Return the name in the active language; an unknown code as it is."""
    if code not in CODES:
        return code
    language = (get_language() or "en")[:2]
    names = LOCALE_DATA[code]
    name: str = NEWER.get(code, {}).get(language) or names.get(language, "*en")
    # "*fr" stands for "as in French".
    while name.startswith("*"):
        name = names[name[1:]]
    return name


def country_choices() -> list[tuple[str, str]]:
    """Return codes and names for a select: Belgium, then by name."""
    named = [(code, country_name(code)) for code in CODES - {"BE"}]
    return [("BE", country_name("BE")), *sorted(named, key=lambda pair: pair[1])]
