"""All that the page of a number shows, gathered in a fixed number of queries."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from numbers.models import GeographicNumber, ServiceOption
from routing import selectors
from routing.decisions.facts import CustomerRouting
from routing.decisions.simulation import simulate_number
from routing.decisions.where_now import ORDINARY, where_now
from routing.forms.continuity import RedirectionForm
from routing.forms.simulate import SimulateForm
from routing.models import PlanVersion
from routing.pages.calendar_days import days_of
from routing.pages.continuity_page import Switch, switches
from routing.pages.diagram import diagram, path_of
from routing.pages.diversion import what_diverting_does
from routing.pages.outline import outline
from routing.plan.draft import Draft
from routing.words import left_out
from tenants.models import Member
from vms_portal.kernel.local_time import local_date

Json = dict[str, Any]
State = PlanVersion.State
SHOWN_VERSIONS = 5
WEEK = 7


def context(
    number: GeographicNumber,
    member: Member,
    now: dt.datetime,
    refused: RedirectionForm | None = None,
) -> Json:
    """Return the template's values for ``number`` as it stands at ``now``.

    ``refused`` is a redirection's form to be shown again.
    """
    versions = list(selectors.versions_of(number, member)[:SHOWN_VERSIONS])
    customer = world_of(number, now, versions, member)
    not_called = customer.as_of_service(number).left_out(number)
    return {
        "customer": customer,
        "left_out": left_out.sentences(not_called, customer.names),
        "number": number,
        "diverted": [number],
        "member": member,
        "now": now,
        "where": where_now(number, customer),
        "option": customer.option(number),
        "option_label": ServiceOption(customer.option(number)).label,
        "waits": number.is_waiting_on(local_date(now)),
        "override": customer.override(number),
        "diverting": what_diverting_does(number, customer),
        "switches": _switches(number, member, customer, refused),
        "draft": next((v for v in versions if v.state == State.DRAFT), None),
        "versions": versions,
        **_live_plan(number, customer),
    }


def _live_plan(number: GeographicNumber, customer: CustomerRouting) -> Json:
    """Return the live version and what is shown of its plan."""
    live = customer.live(number)
    document = live.document if live else None
    plan = Draft.read(document, customer.names)
    is_lit = document is not None
    return {
        "live": live,
        "lines": outline(plan),
        "diagram": _lit_diagram(number, customer, plan) if is_lit else None,
        "strips": strips(document, customer),
        "simulator": SimulateForm(draft=plan, places=places(number, customer)),
    }


def world_of(
    number: GeographicNumber,
    now: dt.datetime,
    newest: Sequence[PlanVersion],
    member: Member,
) -> CustomerRouting:
    """Return the world of one number whose ``newest`` versions were read."""
    has_live = any(version.state == State.LIVE for version in newest)
    is_known = len(newest) < SHOWN_VERSIONS or has_live
    versions = newest if is_known else None
    return CustomerRouting(
        number.tenant, now, only=number, versions=versions, shown_to=member
    )


def _switches(
    number: GeographicNumber,
    member: Member,
    customer: CustomerRouting,
    refused: RedirectionForm | None,
) -> list[Switch]:
    if customer.option(number) != ServiceOption.VOICE_CONTINUITY:
        return []
    sent = {refused.redirection.kind: refused} if refused else {}
    return switches(number, member, customer, sent)


def _lit_diagram(
    number: GeographicNumber, customer: CustomerRouting, plan: Draft
) -> Json:
    """Return the live plan with today's path lit, when the plan is what decides."""
    answer = simulate_number(number, customer, caller=ORDINARY)
    return diagram(plan, path_of(answer, plan))


def places(number: GeographicNumber, customer: CustomerRouting) -> list[str]:
    """Return where calls may ring beside the plan, for the simulator."""
    override = customer.override(number)
    places = [override.destination] if override else []
    for redirection in customer.redirections(number).values():
        if redirection.is_in_force(customer.now):
            places += [redirection.destination, redirection.backup]
    return [*places, "line", customer.safety_destination]


def strips(document: Json | None, customer: CustomerRouting) -> list[Json]:
    """Return the next seven days of each calendar the plan asks, in plan order."""
    wanted = Draft.read(document).references("calendar")
    calendars = customer.shared.calendars
    today = local_date(customer.now)
    return [
        {
            "calendar": {"name": customer.names.calendars[slug]},
            "days": days_of(calendars[slug], today, WEEK),
        }
        for slug in wanted
        if slug in calendars
    ]
