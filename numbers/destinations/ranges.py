"""Numbering plans of other countries, as tables.

Standard library only. Country codes: ITU-T E.164 (list of assigned codes). Ranges
inside a country: the national numbering plans as published by the ITU, read beside
the metadata of libphonenumber 9.0 (types premium rate, shared cost and personal
number); the codes of +1: NANPA. A national number is written without its prefix 0,
except in Italy, where the 0 belongs to the number.
"""

import re

from numbers.destinations.kinds import (
    COMPANY,
    GLOBAL_SERVICE,
    PERSONAL,
    PREMIUM,
    SATELLITE,
    UNKNOWN,
)


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Codes that are no country.
NO_COUNTRY = {
    "800": GLOBAL_SERVICE,
    "808": GLOBAL_SERVICE,
    "888": GLOBAL_SERVICE,
    "991": GLOBAL_SERVICE,
    "979": PREMIUM,
    "878": PERSONAL,
    "870": SATELLITE,
    "871": SATELLITE,
    "872": SATELLITE,
    "873": SATELLITE,
    "874": SATELLITE,
    "881": SATELLITE,
    "882": SATELLITE,
    "883": SATELLITE,
}
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
    "7": "80[39]",
    "20": "0?900",
    "27": "86[2-9]",
    "30": "90[19]|8(?:0[16]|[1257])",
    "31": "90[069]|8[47]|18",
    "33": "8[1-9]",
    "34": "80[367]|90[12579]|11",
    "36": "9[01]",
    "39": "1|4|8[49]|0878",
    "40": "90[0136]|801",
    "41": "90|84|18",
    "43": "9|8[1-9]|118|718",
    "44": "9|8[47]|76(?!24)",
    "45": "90",
    "46": "9(?:00|39|44|9)|77|649",
    "47": "82[09]|810",
    "48": "70[01346-8]|801",
    "49": "900|1(?![567])",
    "61": "19",
    "64": "90",
    "65": "1900",
    "66": "1900",
    "81": "99|570",
    "82": "60",
    "90": "900",
    "351": "6[0-4]|76|80[89]|70[78]",
    "352": "90|801",
    # With their length: numbers in Dublin begin with 1 as well.
    "353": "15[0-9]{8}$|18[59]0[0-9]{6}$",
    "354": "90",
    "356": "5[0-2]",
    "357": "90[09]|80[1-9]",
    "358": "[67]00",
    "359": "90|700",
    "370": "90|808",
    "371": "90|81",
    "372": "900|40",
    "376": "[19]",
    "378": "7[178]",
    "380": "900",
    "381": "90",
    "385": "6[01459]",
    "386": "89[1-3]|90",
    "420": "90|976|8[134]",
    "421": "9(?:00|[78])|8[5-9]",
    "423": "90",
    "972": "19",
}
PERSONAL_NUMBERS = {
    "30": "70",
    "34": "70",
    "41": "878",
    "44": "70",
    "46": "75[1-8]",
    "47": "880",
    "49": "700",
    "351": "884",
    "353": "700[0-9]{6}$",
    "357": "700",
    "370": "70[05]",
    "372": "70[0-2]",
    "385": "7[45]",
    "420": "70[01]",
}
# Satellite networks inside a country's own plan: ACMA (014), Kominfo (868), MIIT
# (1349, 174), and the blocks of Globalstar in France and Russia.
SATELLITES = {
    "7": "954",
    "33": "63800|6400[0-4]|7507[67]",
    "61": "14",
    "62": "868",
    "86": "1349|174",
}
# What no other country's operators agreed to: Abkhazia under the code of Russia.
OUTSIDE = {"7": "[89]40"}
# Private networks of companies, at a price of their own (RTR: 05 01 to 05 09, 05 17,
# 05 7, 05 9), which libphonenumber takes for VoIP.
COMPANIES = {"43": "5(?:[079]|17)"}
BY_RANGE = (
    (PAID, PREMIUM),
    (PERSONAL_NUMBERS, PERSONAL),
    (SATELLITES, SATELLITE),
    (OUTSIDE, UNKNOWN),
    (COMPANIES, COMPANY),
)
# Numbers of companies for a whole country (libphonenumber: UAN). Most have a price of
# their own, above that of a place and not known beforehand. These cost by rule what a
# call to a place costs: 03 in the United Kingdom (Ofcom), 088 in the Netherlands (ACM),
# 058 in Switzerland (BAKOM), 010 in Sweden (PTS), 037 in Romania (ANCOM).
COMPANIES_PRICED_AS_PLACES = {
    "44": "3",
    "31": "88",
    "41": "58",
    "46": "10",
    "40": "37",
}

# Countries with the code of another, whose prices are not theirs: Guernsey, the Isle of
# Man and Jersey (Ofcom), Mayotte (ARCEP), Tristan da Cunha, Bonaire with Saba and Sint
# Eustatius. Each is approved by its name or its own numbers.
SHARING = {
    "44": {
        "GG": "1481|7781|7839|7911[17]",
        "IM": "1624|7(?:4576|524|624|924)",
        "JE": "1534|7(?:509|700[378]|797|829|937)",
    },
    "262": {"YT": "26(?:89|9)|639|7093[5-7]|9(?:398|478|769)"},
    "290": {"TA": "8"},
    "599": {"BQ": "[347]"},
}
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
    "900": PREMIUM,
    "976": PREMIUM,
    "710": UNKNOWN,
    "700": UNKNOWN,
    "600": UNKNOWN,
    **dict.fromkeys(
        _codes(
            "500 521 522 523 524 525 526 527 528 529 532 533 544 566 577 588 622 633"
        ),
        PERSONAL,
    ),
    **dict.fromkeys(
        ("800", "822", "833", "844", "855", "866", "877", "888"), GLOBAL_SERVICE
    ),
}
# Behind an area code of the United States or Canada, lines that are paid by the call
# (NANPA); and everywhere the directory enquiries.
PAID_LINES = re.compile(r"\+1[0-9]{3}976[0-9]{4}")
DIRECTORY = re.compile(r"\+1[0-9]{3}5551212")
NAMED = frozenset({"US", "CA"}).union(*SHARING.values())
