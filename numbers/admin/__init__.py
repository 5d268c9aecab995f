"""The back office's pages of sites, numbers and destination policies."""

from numbers.admin.numbers import GeographicNumberAdmin
from numbers.admin.policies import DestinationPolicyAdmin
from numbers.admin.sites import SiteAdmin

__all__ = ["DestinationPolicyAdmin", "GeographicNumberAdmin", "SiteAdmin"]
