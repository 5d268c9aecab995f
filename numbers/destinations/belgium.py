"""The Belgian numbering plan as far as VMS needs it. Standard library only.

Source: the numbering plan published by BIPT/IBPT, geographic zones. A national
number is written here without its leading 0.
"""

COUNTRY = "+32"
GEOGRAPHIC_DIGITS = 8
MOBILE_DIGITS = 9

# National prefix: the place the zone is named after. Of zone 4 only 42 and 43 are
# assigned; 44 and what begins with 40 or 41 are not.
ZONES = {
    "2": "Brussels",
    "3": "Antwerp",
    "42": "Liège",
    "43": "Liège",
    "9": "Gent",
    "10": "Wavre",
    "11": "Hasselt",
    "12": "Tongeren",
    "13": "Diest",
    "14": "Herentals",
    "15": "Mechelen",
    "16": "Leuven",
    "19": "Waremme",
    "50": "Brugge",
    "51": "Roeselare",
    "52": "Dendermonde",
    "53": "Aalst",
    "54": "Ninove",
    "55": "Ronse",
    "56": "Kortrijk",
    "57": "Ieper",
    "58": "Veurne",
    "59": "Oostende",
    "60": "Chimay",
    "61": "Libramont",
    "63": "Arlon",
    "64": "La Louvière",
    "65": "Mons",
    "67": "Nivelles",
    "68": "Ath",
    "69": "Tournai",
    "71": "Charleroi",
    "80": "Stavelot",
    "81": "Namur",
    "82": "Dinant",
    "83": "Ciney",
    "84": "Marche-en-Famenne",
    "85": "Huy",
    "86": "Durbuy",
    "87": "Verviers",
    "89": "Genk",
}
MOBILE = ("45", "46", "47", "48", "49")
# Inside the zones 9 and 80, and beside zone 4: mobile, premium and 0800 numbers.
NO_PLACE = (*MOBILE, "90", "800")


def zone_prefix(national: str) -> str | None:
    """Return the zone of an 8-digit national number, longest prefix first."""
    if national.startswith(NO_PLACE):
        return None
    return next((national[:n] for n in (2, 1) if national[:n] in ZONES), None)
