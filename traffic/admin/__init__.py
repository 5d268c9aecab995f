"""Traffic in the back office."""

from traffic.admin import calls

__all__ = ["calls"]
