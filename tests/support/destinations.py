"""Destinations for the tests of the policy."""

from numbers.destinations.abroad import country_code


def everywhere(e164):
    """Approvals as wide as they can be given, for the number's country."""
    return [f"+{country_code(e164)}", e164[:4], "US", "CA", "+1", "+1876"]
