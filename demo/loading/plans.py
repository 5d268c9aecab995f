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
        **{
            day: [["08:30", "12:00"], ["13:00", "17:30"]]
            for day in ("mon", "tue", "wed", "thu")
        },
        "fri": [["08:30", "12:00"], ["13:00", "16:00"]],
    },
    "holidays": "BE",
    # Open at 10:00 each working day: the README tries a call then.
    "special": [
        {"date": "2026-12-24", "hours": [["08:30", "12:00"]], "label": "24/12"},
        {"from": "2026-12-28", "to": "2026-12-31", "hours": [["09:00", "12:00"]]},
    ],
}
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
LIEGE = "liege"
# Globex has phones of its own.
NIGHT, STANDBY = "+32478554410", "+32496554411"
TEAM = [f"+324701100{place:02}" for place in range(21)]


def load_plans(now: dt.datetime) -> None:
    """Publish plans from September on, in the order of time; leave one draft."""
    for reference in ("ACME", "GLOBEX"):
        _library(Tenant.objects.get(reference=reference))
    eddy = Member.objects.get(user__email="eddy@acme.example")
    _trial(eddy)
    _continuity()
    acme = _numbers("ACME", ServiceOption.CLASSIC)
    reception, sales, support, *others = acme
    for number, label in zip(acme, ("Réception", "Ventes", "Support"), strict=False):
        _label(number, label)
    monday = at("2026-11-02", "08:10")
    for number in (reception, *others):
        document = liege_plan() if number.site.slug == LIEGE else office_plan()
        _publish(number, eddy, document, min(monday, now), "Heures de bureau")
    _publish(sales, eddy, office_plan(MOBILE), min(monday, now), "Débordement mobile")
    # Not Alice: her first steps are hers to take.
    for number in (support, *_numbers("ACME", ServiceOption.DRS)):
        _publish(number, eddy, office_plan(GUARD), min(monday, now), "Garde")
    changed, day = office_plan(GUARD), at("2026-11-09", "16:20")
    _publish(reception, eddy, changed, min(day, now), "Débordement vers la garde")
    draft = plans.open_draft(number=sales, member=eddy)
    plans.save_draft(
        draft=draft, document=office_plan(GUARD), revision=draft.revision, member=eddy
    )


def load_diversion(now: dt.datetime) -> None:
    """One number is diverted for the next hours, so Home has something to tell."""
    olga = Member.objects.get(user__email="olga@acme.example")
    number = _numbers("ACME", ServiceOption.CLASSIC)[4]
    forwarding.divert(
        numbers=[number],
        destination=MOBILE,
        until=now + dt.timedelta(hours=3),
        member=olga,
        now=now - dt.timedelta(minutes=25),
        reason="Travaux",
    )


def trial_plan() -> Json:
    """October's trial: some calls ring the own line, the others the team's mobiles."""
    shares, exits = {"line": 42, "first": 29, "second": 29}, {"failed": "end"}
    places = {"line": ["line"], "first": TEAM[:11], "second": TEAM[11:]}
    rings = {
        name: {
            "type": "ring",
            "mode": "simultaneous" if len(targets) > 1 else "sequential",
            "targets": [{"destination": t, "ring_s": 25} for t in targets],
            "exits": exits,
        }
        for name, targets in places.items()
    }
    share = {"type": "distribution", "shares": shares, "exits": {n: n for n in shares}}
    end = {"type": "hangup", "cause": "normal"}
    return {
        "schema": 1,
        "entry": "share",
        "nodes": {"share": share, **rings, "end": end},
    }


def office_plan(overflow: str = "") -> Json:
    """Office hours ring the site, then ``overflow`` if given; else a voicemail."""
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
            "desk": _desk(overflow),
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


def _desk(overflow: str) -> Json:
    times = {"line": 20} | ({overflow: 25} if overflow else {})
    return {
        "type": "ring",
        "label": "Bureau",
        "mode": "sequential",
        "targets": [{"destination": to, "ring_s": s} for to, s in times.items()],
        "exits": {"failed": "message"},
    }


def liege_plan() -> Json:
    """Brussels helps out; nobody is asked for a message while the office is open."""
    document = office_plan("site:brussels")
    document["nodes"]["desk"]["exits"] = {"failed": "end"}
    document["nodes"]["end"] = {"type": "hangup", "cause": "normal"}
    return document


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


def _trial(eddy: Member) -> None:
    """Version 1 of every number of Acme, which October's calls speak of."""
    for option in (ServiceOption.CLASSIC, ServiceOption.DRS):
        for number in _numbers("ACME", option):
            _publish(number, eddy, trial_plan(), at("2026-09-30", "16:00"), "Essai")


def _continuity() -> None:
    """Globex prepared redirections; none is on."""
    gus = Member.objects.get(user__email="gus@globex.example")
    for number in _numbers("GLOBEX", ServiceOption.VOICE_CONTINUITY)[:4]:
        for kind in (Redirection.Kind.CFU, Redirection.Kind.CFNR):
            forwarding.set_redirection(
                number=number,
                kind=kind,
                destination=NIGHT,
                backup=STANDBY,
                member=gus,
                now=at("2026-10-16", "09:30"),
                is_on=False,
            )


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
    numbers = (
        GeographicNumber.objects.filter(tenant__reference=reference)
        .select_related("tenant", "site")
        .prefetch_related("option_periods")
        .order_by("e164")
    )
    today = local_date(at("2026-10-20"))
    return [number for number in numbers if number.option_on(today) == option]
