"""The pages of calls at one instant: their addresses and what they show."""

import datetime as dt

from django.urls import reverse

NOW = dt.datetime(2026, 11, 23, 11, 0, tzinfo=dt.UTC)
LIST = "/calls/"
HTMX = {"HX-Request": "true"}
EXPORT = "/calls/export/"


def ago(**amount) -> dt.datetime:
    return NOW - dt.timedelta(**amount)


def ids(response) -> list[int]:
    return [row.call.pk for row in response.context["rows"]]


def home(client):
    return client.get("/calls/panels/home/", headers=HTMX).context["today"]


def detail(call) -> str:
    return reverse("traffic:call_detail", args=[f"{call.started_at:%Y-%m-%d}", call.pk])
