"""What a telephone number can be, for the destination policy."""

GEOGRAPHIC = "geographic"
MOBILE_KIND = "mobile"
FREEPHONE = "freephone"  # 0800
SHARED_COST = "shared_cost"  # 078
FREE_ABROAD = "free_abroad"  # free for callers in its own country
COMPANY = "company"  # reached under one number in a whole country, at its own price
PREMIUM = "premium"  # 070 and 090x; abroad, whatever pays the called party
EMERGENCY = "emergency"
SHORT_CODE = "short_code"
SATELLITE = "satellite"
PERSONAL = "personal"
GLOBAL_SERVICE = "global_service"
INTERNATIONAL = "international"
UNKNOWN = "unknown"
MALFORMED = "malformed"
