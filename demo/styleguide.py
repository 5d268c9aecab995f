"""Every component in every state, for who builds pages; in the demo only."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from demo.guard import local_only

STATES = ("ok", "info", "attention", "problem", "off")
LONG_NAME = (
    "Aankoop, verkoop en after-sales van de regio Luik-Verviers-Eupen (permanentie)"
)


class SampleForm(forms.Form):
    name = forms.CharField(
        max_length=80, help_text="Colleagues see it in every list, up to 80 letters."
    )
    destination = forms.CharField(initial="+32 2 550 12 34")
    until = forms.DateTimeField(
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text="Brussels time. Empty: until you stop it.",
    )
    site = forms.ChoiceField(choices=[("brussels", "Brussels"), ("ghent", "Ghent")])
    cause = forms.MultipleChoiceField(
        choices=[("busy", "Busy"), ("no_answer", "No answer")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    file = forms.FileField(required=False)
    comment = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}))
    agreed = forms.BooleanField(label="I have read what will change")


@require_safe
@local_only
def style_guide(request: HttpRequest) -> HttpResponse:
    """The components with samples; nothing of it is stored."""
    refused = SampleForm(
        {"destination": "+32 900 12 345", "site": "brussels"}, auto_id="refused_%s"
    )
    refused.add_error("destination", "Calls are never sent to 0900 numbers.")
    refused.add_error(None, "Anna published version 12 two minutes ago.")
    context = {
        "states": [(state, state.capitalize()) for state in STATES],
        "form": SampleForm(initial={"name": LONG_NAME}),
        "refused": refused,
        "page": Paginator(range(1000), 25).page(2),
        **_samples(timezone.now()),
    }
    return render(request, "demo/style_guide.html", context)


def _samples(now: dt.datetime) -> dict[str, Any]:
    return {
        "now": now,
        "later": now + dt.timedelta(hours=2, minutes=5),
        "amount": Decimal("-1234.565"),
        "long_name": LONG_NAME,
        "touched": ["+3225501234", "+3225501235", "+3225501236"],
        "problems": [
            {"message": "Step “Menu” has no way out for 3.", "href": "#diagram"},
            {"message": "The announcement has no sound in Dutch.", "href": ""},
        ],
        "changes": [
            {"kind": "added", "text": "Step “Night desk” after “Opening hours”"},
            {"kind": "removed", "text": "Forward to +32 2 550 12 99"},
            {"kind": "changed", "text": "Ring for 20 seconds instead of 30"},
        ],
        "entries": _entries(now),
        "days": _days(timezone.localdate(now)),
        "rows": _rows(now),
        "diagram": DIAGRAM,
    }


def _entries(now: dt.datetime) -> list[dict[str, Any]]:
    texts = {
        "ok": ("Answered by +32 2 550 12 34", "It rang for 6 seconds."),
        "info": ("Opening hours: open", "Monday 09:12 lies within 08:30 to 17:00."),
        "attention": ("Nobody answered at the desk", "After 20 seconds."),
        "problem": ("The site could not be reached", "No registration since 09:02."),
        "off": ("The caller hung up", ""),
    }
    return [
        {
            "at": now - dt.timedelta(minutes=5 * i),
            "state": state,
            "title": title,
            "text": text,
        }
        for i, (state, (title, text)) in enumerate(texts.items())
    ]


def _days(today: dt.date) -> list[dict[str, Any]]:
    open_hours = [{"start_pct": 35.4, "width_pct": 35.4, "state": "ok"}]
    holiday = [{"start_pct": 0, "width_pct": 100, "state": "attention"}]
    samples = [(open_hours, "08:30 to 17:00")] * 5 + [
        ([], "Closed"),
        (holiday, "Holiday"),
    ]
    days = [today + dt.timedelta(days=i) for i in range(7)]
    return [
        {"date": day, "label": f"{day:%a %d}", "spans": spans, "text": text}
        for day, (spans, text) in zip(days, samples, strict=True)
    ]


def _rows(now: dt.datetime) -> list[dict[str, Any]]:
    names = ("Brussels, reception", LONG_NAME, "Ghent", "Liège", "Namur")
    return [
        {
            "number": f"+3225501{200 + i}",
            "name": name,
            "state": state,
            "calls": 1200 - 211 * i,
            "at": now - dt.timedelta(hours=i * 7),
        }
        for i, (state, name) in enumerate(zip(STATES, names, strict=True))
    ]


DIAGRAM: dict[str, Any] = {
    "nodes": [
        {
            "id": "start",
            "icon": "telephone-inbound",
            "label": "A call comes in",
            "detail": "+32 2 550 12 00",
            "lit": True,
        },
        {
            "id": "hours",
            "icon": "calendar3",
            "label": "Opening hours",
            "detail": "Calendar “Brussels office”",
            "lit": True,
        },
        {
            "id": "menu",
            "icon": "grid",
            "label": "Menu",
            "detail": "Three choices",
            "lit": True,
        },
        {
            "id": "desk",
            "icon": "telephone",
            "label": LONG_NAME,
            "detail": "+32 2 550 12 34, 20 seconds",
            "lit": True,
        },
        {
            "id": "queue",
            "icon": "hourglass-split",
            "label": "Support queue",
            "detail": "At most 12 callers, 180 seconds",
            "lit": False,
        },
        {
            "id": "night",
            "icon": "telephone-forward",
            "label": "Night desk",
            "detail": "+32 478 00 00 01",
            "lit": False,
        },
        {
            "id": "voicemail",
            "icon": "voicemail",
            "label": "Voicemail",
            "detail": "support@acme.example",
            "lit": False,
        },
        {
            "id": "bye",
            "icon": "telephone-x",
            "label": "Hang up",
            "detail": "",
            "lit": False,
        },
    ],
    "edges": [
        {"from": "start", "to": "hours", "label": "", "lit": True},
        {"from": "hours", "to": "menu", "label": "open", "lit": True},
        {"from": "hours", "to": "night", "label": "closed", "lit": False},
        {"from": "menu", "to": "desk", "label": "1", "lit": True},
        {"from": "menu", "to": "queue", "label": "2", "lit": False},
        {"from": "menu", "to": "bye", "label": "no choice", "lit": False},
        {"from": "desk", "to": "voicemail", "label": "no answer", "lit": False},
        {"from": "queue", "to": "voicemail", "label": "overflow", "lit": False},
    ],
}
