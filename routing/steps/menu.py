"""A menu of keys."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _n

from routing.engine.steps.menu import ATTEMPTS, KEYS, SECONDS
from routing.plan.draft import DraftStep
from routing.steps.base import StepPage
from routing.steps.form import EXIT, Json, StepForm


class MenuForm(StepForm):
    """A menu is one of at least one key."""

    def clean(self) -> Json:
        fields = [f"{EXIT}{key}" for key in KEYS]
        if not any(self.cleaned_data.get(field) for field in fields):
            self.add_error(fields[0], _("Choose where at least one key leads."))
        return self.cleaned_data


class MenuPage(StepPage):
    name = _n("Menu")
    icon = "grid"
    sentence = _n("The caller heard the menu %(node)s: %(outcome)s.")
    going = _n("Callers hear a menu.")
    exits = {
        "timeout": (_n("nothing within the time"), _n("Nothing within the time")),
        "invalid": (_n("no valid key"), _n("No valid key")),
    }
    fields = {
        "announcement": _n("announcement"),
        "timeout_s": _n("seconds to choose"),
        "attempts": _n("attempts"),
    }
    missing = {"announcement": _n("“%(step)s”: choose what callers hear.")}
    reasons = {
        "menu_key": _n("the caller gave %(key)s"),
        "menu_timeout": _n("the caller gave nothing"),
        "menu_invalid": _n("the caller gave no valid key"),
    }
    outcomes = {"timeout": _n("no key"), "invalid": _n("no valid key")}
    blank = {"announcement": "", "timeout_s": 5, "attempts": 3}
    asked = True
    form = MenuForm

    def ask(self, form: StepForm) -> None:
        form.add_announcement()
        form.add_whole("timeout_s", _("Seconds to choose"), SECONDS)
        form.add_whole("attempts", _("Attempts"), ATTEMPTS)

    def endings(self, step: DraftStep) -> tuple[str, ...]:
        keys = [name for name in step.exits if name not in self.exits]
        return (*keys, *self.exits, "abandoned")
