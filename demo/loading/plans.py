"""The demo's routing: calendars, announcements, plans with a history, a diversion."""

import datetime as dt
from typing import Any

from demo.loading.customers import at
from numbers.models import GeographicNumber, ServiceOption
from routing.models import Announcement, Calendar, PlanVersion, Redirection
from routing.services import forwarding, plans
from tenants.models import Member, Tenant
from vms_portal.kernel.local_time import local_date

Json = dict[str, Any]
OFFICE = {
    "time_zone": "Europe/Brussels",
    "mode": "auto",
    "weekly": {
        **{day: [["08:30", "12:00"], ["13:00", "17:30"]]
           for day in ("mon", "tue", "wed", "thu")},
        "fri": [["08:30", "12:00"], ["13:00", "16:00"]],
    },
    "holidays": "BE",
    "special": [
        {"date": "2026-12-24", "hours": [["08:30", "12:00"]], "label": "24/12"},
        {"from": "2026-12-28", "to": "2026-12-31", "hours": []},
    ],
}  # fmt: skip
TEXTS = {
    "closed": {
        "fr": "Nos bureaux sont fermés. Laissez un message, nous vous rappelons.",
        "nl": "Onze kantoren zijn gesloten. Laat een boodschap na, wij bellen terug.",
    },
    "welcome": {
        "fr": "Bienvenue. Restez en ligne, nous vous répondons.",
        "nl": "Welkom. Blijf aan de lijn, wij helpen u zo.",
    },
}
NAMES = {
    "ACME": {"closed": "Bureaux fermés", "welcome": "Accueil", "office": "Bureaux"},
    "GLOBEX": {"closed": "Gesloten", "welcome": "Welkom", "office": "Kantooruren"},
}
MOBILE, GUARD = "+32470112233", "+32475445566"


def load_plans(now: dt.datetime) -> None:
    """Publish plans in October and November; leave one draft and one diversion."""
    for reference in ("ACME", "GLOBEX"):
        _library(Tenant.objects.get(reference=reference))
    eddy = Member.objects.get(user__email="eddy@acme.example")
    acme = _numbers("ACME", ServiceOption.CLASSIC)
    reception, sales, support = acme[:3]
    _label(reception, "Réception")
    _label(sales, "Ventes")
    _label(support, "Support")
    _publish(reception, eddy, office_plan(), at("2026-10-01", "08:10"), "")
    changed = office_plan(overflow=MOBILE)
    _publish(reception, eddy, changed, at("2026-11-09", "16:20"), "Débordement mobile")
    _publish(sales, eddy, office_plan(), at("2026-10-01", "08:20"), "")
    draft = plans.open_draft(number=sales, member=eddy)
    plans.save_draft(
        draft=draft, document=office_plan(overflow=GUARD), revision=draft.revision,
        member=eddy,
    )  # fmt: skip
    _publish(support, eddy, office_plan(overflow=GUARD), at("2026-10-05"), "")
    _drs(now)
    _continuity(now)


def load_diversion(now: dt.datetime) -> None:
    """One number is diverted for the next hours, so Home has something to tell."""
    olga = Member.objects.get(user__email="olga@acme.example")
    number = _numbers("ACME", ServiceOption.CLASSIC)[4]
    forwarding.divert(
        numbers=[number], destination=MOBILE, until=now + dt.timedelta(hours=3),
        member=olga, now=now - dt.timedelta(minutes=25), reason="Travaux",
    )  # fmt: skip


def office_plan(overflow: str = "") -> Json:
    """Office hours ring the site, then ``overflow`` if given; else a voicemail."""
    ring: Json = {
        "type": "ring",
        "label": "Bureau",
        "mode": "sequential",
        "targets": [{"destination": "line", "ring_s": 20}],
        "exits": {"failed": "message"},
    }
    if overflow:
        ring["targets"].append({"destination": overflow, "ring_s": 25})
    return {
        "schema": 1,
        "entry": "hours",
        "nodes": {
            "hours": {
                "type": "schedule",
                "label": "Heures d’ouverture",
                "calendar": "office",
                "exits": {"open": "desk", "closed": "closed"},
            },
            "desk": ring,
            "closed": {
                "type": "announcement",
                "announcement": "closed",
                "exits": {"done": "message"},
            },
            "message": {
                "type": "voicemail",
                "announcement": "closed",
                "mailbox": "accueil@acme.example",
            },
        },
    }


def _library(tenant: Tenant) -> None:
    names = NAMES[tenant.reference]
    Calendar.objects.create(
        tenant=tenant, slug="office", name=names["office"], definition=OFFICE
    )
    for slug, texts in TEXTS.items():
        for language, text in texts.items():
            Announcement.objects.create(
                tenant=tenant, slug=slug, name=names[slug], language=language, text=text
            )


def _drs(now: dt.datetime) -> None:
    # Not Alice: her first steps are hers to take.
    eddy = Member.objects.get(user__email="eddy@acme.example")
    for number in _numbers("ACME", ServiceOption.DRS)[:2]:
        _publish(number, eddy, office_plan(GUARD), at("2026-10-02"), "DRS")


def _continuity(now: dt.datetime) -> None:
    """Globex prepared redirections; none is on."""
    gus = Member.objects.get(user__email="gus@globex.example")
    for number in _numbers("GLOBEX", ServiceOption.VOICE_CONTINUITY)[:4]:
        for kind in (Redirection.Kind.CFU, Redirection.Kind.CFNR):
            forwarding.set_redirection(
                number=number, kind=kind, destination=MOBILE, backup=GUARD,
                member=gus, now=at("2026-10-16", "09:30"), is_on=False,
            )  # fmt: skip


def _publish(
    number: GeographicNumber, member: Member, document: Json, now: dt.datetime, why: str
) -> PlanVersion:
    draft = plans.open_draft(number=number, member=member)
    saved = plans.save_draft(
        draft=draft, document=document, revision=draft.revision, member=member
    )
    return plans.publish(draft=saved, member=member, now=now, comment=why)


def _label(number: GeographicNumber, label: str) -> None:
    number.label = label
    number.save(update_fields=["label"])


def _numbers(reference: str, option: str) -> list[GeographicNumber]:
    numbers = GeographicNumber.objects.filter(tenant__reference=reference)
    today = local_date(at("2026-10-20"))
    found = numbers.select_related("tenant").prefetch_related("option_periods")
    return [n for n in found.order_by("e164") if n.option_on(today) == option]
