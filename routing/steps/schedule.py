"""Opening hours."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _n

from routing.steps.base import StepPage
from routing.steps.form import StepForm


class SchedulePage(StepPage):
    name = _n("Opening hours")
    icon = "calendar3"
    exits = {
        "open": (_n("open"), _n("When open")),
        "closed": (_n("closed"), _n("When closed")),
        "holiday": (_n("on a holiday"), _n("On a holiday")),
    }
    fields = {"calendar": _n("calendar")}
    missing = {"calendar": _n("“%(step)s”: choose a calendar.")}
    reasons = {
        "allowed_caller": _n("a caller on the allow list always finds it open"),
        "span": _n("the time falls in %(from)s-%(to)s of calendar %(calendar)s"),
        "outside_hours": _n("the time is outside the hours of calendar %(calendar)s"),
        "special_open": _n(
            "the special day %(date)s of calendar %(calendar)s is open %(from)s-%(to)s"
        ),
        "special_closed": _n(
            "the special day %(date)s of calendar %(calendar)s is closed at that time"
        ),
        "holiday": _n("it is %(holiday)s in calendar %(calendar)s"),
        "force_open": _n("calendar %(calendar)s is set to open"),
        "force_closed": _n("calendar %(calendar)s is set to closed"),
        "past_horizon": _n("the compiled calendar does not reach this moment"),
    }
    timed = {
        "span": _n("%(moment)s falls in %(from)s-%(to)s of calendar %(calendar)s"),
        "outside_hours": _n("%(moment)s is outside the hours of calendar %(calendar)s"),
    }
    blank = {"calendar": ""}
    asked = True

    def ask(self, form: StepForm) -> None:
        form.add_reference("calendar", _("Calendar"), missing=_("Choose a calendar."))
