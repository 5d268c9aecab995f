"""Sites, their lines, and the geographic numbers VMS routes."""

from numbers.models.access import NumberAccess
from numbers.models.geographic_number import (
    GeographicNumber,
    NumberState,
    OptionPeriod,
    ServiceOption,
)
from numbers.models.onboarding import OnboardingStep
from numbers.models.policy import DestinationPolicy
from numbers.models.site import Line, Site

__all__ = [
    "DestinationPolicy",
    "GeographicNumber",
    "Line",
    "NumberAccess",
    "NumberState",
    "OnboardingStep",
    "OptionPeriod",
    "ServiceOption",
    "Site",
]
