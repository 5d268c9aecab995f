"""What decides for a number: plans, what they refer to, what overrides them."""

from routing.models.compiled import CompiledPlan
from routing.models.forwarding import (
    KnownDestination,
    Override,
    Redirection,
    RoutingSettings,
    ScreeningRule,
)
from routing.models.history import SharedVersion
from routing.models.library import Announcement, Calendar, Queue
from routing.models.plan import PlanVersion

__all__ = [
    "Announcement",
    "Calendar",
    "CompiledPlan",
    "KnownDestination",
    "Override",
    "PlanVersion",
    "Queue",
    "Redirection",
    "RoutingSettings",
    "ScreeningRule",
    "SharedVersion",
]
