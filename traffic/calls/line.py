"""A call as one line: for tables, exports and panels."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from routing.words.destinations import recorded_words
from traffic.calls import words
from traffic.calls.privacy import caller_words
from traffic.models import CallRecord, Outcome, Treatment
from vms_portal.kernel.formatting import display
from vms_portal.kernel.local_time import local_date


@dataclass(frozen=True, slots=True)
class CallRow:
    """What a line shows; ``caller`` is hidden in part for who may not see it."""

    call: CallRecord
    caller: str
    destination: str
    outcome: str
    state: str
    treatment: str

    @property
    def day(self) -> str:
        """The Brussels day in the address of the call's page."""
        return local_date(self.call.started_at).isoformat()

    @property
    def waited(self) -> str:
        return words.duration_words(words.seconds_to_answer(self.call))

    @property
    def talked(self) -> str:
        return words.duration_words(words.seconds_talking(self.call))


def rows_of(
    calls: Iterable[CallRecord], sites: Mapping[str, str], *, whole_callers: bool
) -> list[CallRow]:
    return [row_of(call, sites, whole_callers=whole_callers) for call in calls]


def row_of(
    call: CallRecord, sites: Mapping[str, str], *, whole_callers: bool
) -> CallRow:
    return CallRow(
        call=call,
        caller=caller_words(call.caller, whole_callers),
        destination=recorded_words(call.destination, sites),
        outcome=str(Outcome(call.outcome).label),
        state=words.OUTCOME_STATES[call.outcome],
        treatment=str(Treatment(call.treatment).label),
    )


def csv_header() -> list[str]:
    return [
        _("Date"),
        _("Time"),
        _("Called number"),
        _("Caller"),
        _("Treatment"),
        _("Outcome"),
        _("Destination"),
        _("Seconds to answer"),
        _("Seconds of conversation"),
        _("Plan version"),
    ]


def csv_row(row: CallRow) -> list[object]:
    """Return one call for the export, times those of Brussels."""
    call = row.call
    local = timezone.localtime(call.started_at)
    waited = words.seconds_to_answer(call)
    talked = words.seconds_talking(call)
    return [
        f"{local:%Y-%m-%d}",
        f"{local:%H:%M:%S}",
        display(call.called),
        row.caller or _("withheld"),
        row.treatment,
        row.outcome,
        row.destination,
        "" if waited is None else round(waited),
        "" if talked is None else round(talked),
        call.plan_version,
    ]
