"""Numbers of other countries: what may never be called, and what can be approved.

Standard library only. Country codes: ITU-T E.164 (list of assigned codes). Ranges
inside a country: the national numbering plans as published by the ITU, read beside
the metadata of libphonenumber 9.0 (types premium rate, shared cost and personal
number); the codes of +1: NANPA. A national number is written without its prefix 0,
except in Italy, where the 0 belongs to the number.
"""

import re
from collections.abc import Iterable

from numbers.destinations.kinds import (
    COMPANY,
    GLOBAL_SERVICE,
    INTERNATIONAL,
    PERSONAL,
    PREMIUM,
    SATELLITE,
    UNKNOWN,
)


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Codes that are no country.
NO_COUNTRY = {
    "800": GLOBAL_SERVICE, "808": GLOBAL_SERVICE, "888": GLOBAL_SERVICE,
    "991": GLOBAL_SERVICE, "979": PREMIUM, "878": PERSONAL,
    "870": SATELLITE, "871": SATELLITE, "872": SATELLITE, "873": SATELLITE,
    "874": SATELLITE, "881": SATELLITE, "882": SATELLITE, "883": SATELLITE,
}  # fmt: skip
NORTH_AMERICA = "1"
COUNTRY_CODES = _codes(
    """
    1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58
    60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98
    211 212 213 216 218 220 221 222 223 224 225 226 227 228 229 230 231 232 233 234
    235 236 237 238 239 240 241 242 243 244 245 246 247 248 249 250 251 252 253 254
    255 256 257 258 260 261 262 263 264 265 266 267 268 269 290 291 297 298 299
    350 351 352 353 354 355 356 357 358 359 370 371 372 373 374 375 376 377 378 379
    380 381 382 383 385 386 387 389 420 421 423
    500 501 502 503 504 505 506 507 508 509 590 591 592 593 594 595 596 597 598 599
    670 672 673 674 675 676 677 678 679 680 681 682 683 685 686 687 688 689 690 691 692
    850 852 853 855 856 880 886
    960 961 962 963 964 965 966 967 968 970 971 972 973 974 975 976 977
    992 993 994 995 996 998
    """
)
# By country code, the national numbers that pay the called party.
PAID = {
    "7": "80[39]", "20": "0?900", "27": "86[2-9]", "30": "90[19]|8(?:0[16]|[1257])",
    "31": "90[069]|8[47]|18", "33": "8[1-9]", "34": "80[367]|90[12579]|11",
    "36": "9[01]", "39": "1|4|8[49]|0878", "40": "90[0136]|801", "41": "90|84|18",
    "43": "9|8[1-9]|118|718", "44": "9|8[47]|76(?!24)", "45": "90",
    "46": "9(?:00|39|44|9)|77|649", "47": "82[09]|810", "48": "70[01346-8]|801",
    "49": "900|1(?![567])", "61": "19", "64": "90", "65": "1900", "66": "1900",
    "81": "99|570", "82": "60", "90": "900",
    "351": "6[0-4]|76|80[89]|70[78]", "352": "90|801",
    # With their length: numbers in Dublin begin with 1 as well.
    "353": "15[0-9]{8}$|18[59]0[0-9]{6}$",
    "354": "90", "356": "5[0-2]", "357": "90[09]|80[1-9]", "358": "[67]00",
    "359": "90|700", "370": "90|808", "371": "90|81", "372": "900|40", "376": "[19]",
    "378": "7[178]", "380": "900", "381": "90", "385": "6[01459]", "386": "89[1-3]|90",
    "420": "90|976|8[134]", "421": "9(?:00|[78])|8[5-9]", "423": "90", "972": "19",
}  # fmt: skip
PERSONAL_NUMBERS = {
    "30": "70", "34": "70", "41": "878", "44": "70", "46": "75[1-8]", "47": "880",
    "49": "700", "351": "884", "353": "700[0-9]{6}$", "357": "700", "370": "70[05]",
    "372": "70[0-2]", "385": "7[45]", "420": "70[01]",
}  # fmt: skip
# Satellite networks inside a country's own plan: ACMA (014), Kominfo (868), MIIT
# (1349, 174), and the blocks of Globalstar in France and Russia.
SATELLITES = {
    "7": "954", "33": "63800|6400[0-4]|7507[67]", "61": "14", "62": "868",
    "86": "1349|174",
}  # fmt: skip
# What no other country's operators agreed to: Abkhazia under the code of Russia.
OUTSIDE = {"7": "[89]40"}
# Private networks of companies, at a price of their own (RTR: 05 01 to 05 09, 05 17,
# 05 7, 05 9), which libphonenumber takes for VoIP.
COMPANIES = {"43": "5(?:[079]|17)"}
BY_RANGE = (
    (PAID, PREMIUM), (PERSONAL_NUMBERS, PERSONAL), (SATELLITES, SATELLITE),
    (OUTSIDE, UNKNOWN), (COMPANIES, COMPANY),
)  # fmt: skip
# Numbers of companies for a whole country (libphonenumber: UAN). Most have a price of
# their own, above that of a place and not known beforehand. These cost by rule what a
# call to a place costs: 03 in the United Kingdom (Ofcom), 088 in the Netherlands (ACM),
# 058 in Switzerland (BAKOM), 010 in Sweden (PTS), 037 in Romania (ANCOM).
COMPANIES_PRICED_AS_PLACES = {
    "44": "3", "31": "88", "41": "58", "46": "10", "40": "37",
}  # fmt: skip

# Countries with the code of another, whose prices are not theirs: Guernsey, the Isle of
# Man and Jersey (Ofcom), Mayotte (ARCEP), Tristan da Cunha, Bonaire with Saba and Sint
# Eustatius. Each is approved by its name or its own numbers.
SHARING = {
    "44": {
        "GG": "1481|7781|7839|7911[17]",
        "IM": "1624|7(?:4576|524|624|924)",
        "JE": "1534|7(?:509|700[378]|797|829|937)",
    },
    "262": {"YT": "26(?:89|9)|639|7093[5-7]|9(?:398|478|769)"}, "290": {"TA": "8"},
    "599": {"BQ": "[347]"},
}  # fmt: skip
# +1 is shared by many countries. Each is approved by its own codes, and the two
# large ones by name.
CANADA = _codes(
    """
    204 226 236 249 250 257 263 273 289 306 343 354 365 367 368 382 387 403 416 418
    428 431 437 438 450 460 468 474 506 514 519 537 548 568 579 581 584 587 604 613
    639 647 672 683 705 709 742 753 778 780 782 807 819 825 867 873 879 902 905 942
    """
)
ISLANDS = _codes(
    """
    242 246 264 268 284 340 345 441 473 649 658 664 670 671 684 721 758 767 784 787
    809 829 849 868 869 876 939
    """
)
NO_PLACE_IN_NORTH_AMERICA = {
    "900": PREMIUM, "976": PREMIUM, "710": UNKNOWN, "700": UNKNOWN, "600": UNKNOWN,
    **dict.fromkeys(
        ("500", "521", "522", "523", "524", "525", "526", "527", "528", "529",
         "532", "533", "544", "566", "577", "588", "622", "633"),
        PERSONAL,
    ),
    **dict.fromkeys(
        ("800", "822", "833", "844", "855", "866", "877", "888"), GLOBAL_SERVICE
    ),
}  # fmt: skip
# Behind an area code of the United States or Canada, lines that are paid by the call
# (NANPA); and everywhere the directory enquiries.
PAID_LINES = re.compile(r"\+1[0-9]{3}976[0-9]{4}")
DIRECTORY = re.compile(r"\+1[0-9]{3}5551212")
NAMED = frozenset({"US", "CA"}).union(*SHARING.values())
NORTH_AMERICAN = re.compile(r"\+1[2-9][0-9]{2}[2-9][0-9]{6}")
APPROVAL = re.compile(r"\+[1-9][0-9]{1,6}")


def country_code(e164: str) -> str | None:
    """Return the country code a number or prefix begins with; None: not assigned."""
    digits = e164.removeprefix("+")
    found = (digits[:n] for n in (3, 2, 1) if digits[:n] in COUNTRY_CODES)
    return next(found, None)


def kind_abroad(e164: str) -> str:
    """Return what a number of another country is, ``international`` if ordinary.

    >>> kind_abroad("+33123456789"), kind_abroad("+33899123456")
    ('international', 'premium')
    """
    digits = e164.removeprefix("+")
    if digits[:3] in NO_COUNTRY:
        return NO_COUNTRY[digits[:3]]
    code = country_code(e164)
    if code is None:
        return UNKNOWN
    if code == NORTH_AMERICA:
        return _north_american(e164)
    national = digits.removeprefix(code)
    for table, kind in BY_RANGE:
        if code in table and re.match(table[code], national):
            return kind
    return INTERNATIONAL


def is_priced_as_a_place(e164: str) -> bool:
    """Tell whether a company's number costs what a number of a place costs."""
    code = country_code(e164) or ""
    start = COMPANIES_PRICED_AS_PLACES.get(code)
    return start is not None and e164.startswith(f"+{code}{start}")


def _north_american(e164: str) -> str:
    kind = NO_PLACE_IN_NORTH_AMERICA.get(e164[2:5], INTERNATIONAL)
    if kind == INTERNATIONAL and not NORTH_AMERICAN.fullmatch(e164):
        return UNKNOWN
    is_island = e164[2:5] in ISLANDS
    if DIRECTORY.fullmatch(e164) or (PAID_LINES.fullmatch(e164) and not is_island):
        return PREMIUM
    return kind


def can_be_approved(approval: str) -> bool:
    """Tell whether staff may approve this much: one country, or a part of one.

    ``approval`` is a prefix with the whole country code (+33, +7 9, +1 876), or the
    name of a country that shares its code (US, JE).
    """
    if approval in NAMED:
        return True
    code = country_code(approval)
    if not APPROVAL.fullmatch(approval) or code is None or approval.startswith("+32"):
        return False
    national = approval.removeprefix("+" + code)
    if code == NORTH_AMERICA:
        return len(national) >= 3 and national[:3] not in NO_PLACE_IN_NORTH_AMERICA
    ranges = [table[code] for table, _kind in BY_RANGE if code in table]
    return not any(re.match(one, national) for one in ranges)


def is_approved(e164: str, approvals: Iterable[str]) -> bool:
    """Tell whether one of the approvals opens this number.

    An old approval of "+1" opens the United States and Canada; one that is too
    short to be a country opens nothing. The code of a country opens none of those
    that share it.
    """
    given = set(approvals)
    if e164.startswith("+1"):
        area = e164[2:5]
        country = "CA" if area in CANADA else None if area in ISLANDS else "US"
        if country is not None and given & {country, "+1"}:
            return True
    name = _sharing(e164)
    opening = [item for item in given if can_be_approved(item)]
    if name is not None:
        opening = [item for item in opening if _sharing(item) == name]
    return name in given or e164.startswith(tuple(opening))


def _sharing(e164: str) -> str | None:
    """Return the country of ``SHARING`` that a number or prefix belongs to, if any."""
    code = country_code(e164) or ""
    national = e164.removeprefix("+" + code)
    found = SHARING.get(code, {}).items()
    return next((name for name, start in found if re.match(start, national)), None)
