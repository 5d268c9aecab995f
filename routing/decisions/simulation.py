"""The simulator of the pages and the API: one call to a customer's number."""

from collections.abc import Mapping
from typing import Any

from numbers.models import GeographicNumber
from routing import decisions
from routing.decisions.facts import CustomerRouting
from routing.decisions.service_days import out_of_service
from routing.words import sentences
from vms_portal.kernel.local_time import local_date

Json = dict[str, Any]


def simulate_number(
    number: GeographicNumber,
    customer: CustomerRouting,
    *,
    caller: str | None,
    outcomes: Mapping[str, str] | None = None,
    document: Json | None = None,
) -> Json:
    """Return what would happen to a call at the instant of ``customer``.

    ``caller`` None is a withheld number. The answer is that of ``simulate_call`` with
    ``sentences``, one per decision and step; or ``{"problems": [...]}``, as of a
    number out of service then. ``document`` tries a draft, before its first day as
    well.
    """
    outside = out_of_service(number, local_date(customer.now))
    if outside and document is None:
        return {"problems": [_problem(outside)]}
    world = customer.world(number, document)
    answer = decisions.simulate_call(
        {
            **world,
            "call": {"caller": caller, "at": customer.now.isoformat(), "ordinal": 0},
            "outcomes": dict(outcomes or {}),
        },
        customer.names,
        judged=() if document is None else decisions.written_by(document),
    )
    if "problems" not in answer:
        answer["sentences"] = sentences.step_sentences(answer, customer.names)
    return answer


def _problem(message: str) -> Json:
    return {
        "code": "out_of_service",
        "node": None,
        "path": "/number",
        "message": message,
    }
