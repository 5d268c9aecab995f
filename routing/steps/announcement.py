"""An announcement."""

from django.utils.translation import gettext_noop as _n

from routing.steps.base import StepPage
from routing.steps.form import StepForm


class AnnouncementPage(StepPage):
    name = _n("Announcement")
    icon = "megaphone"
    sentence = _n("The caller heard the announcement of step %(node)s.")
    going = _n("Callers hear an announcement.")
    exits = {"done": (_n("afterwards"), _n("Afterwards"))}
    fields = {"announcement": _n("announcement")}
    missing = {"announcement": _n("“%(step)s”: choose what callers hear.")}
    reasons = {"announced": _n("announcement %(announcement)s was played")}
    outcomes = {"done": _n("played")}
    blank = {"announcement": ""}
    asked = True

    def ask(self, form: StepForm) -> None:
        form.add_announcement()
