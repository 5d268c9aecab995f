"""A queue for agents."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _n

from routing.engine.steps.queue import LENGTHS, WAIT_SECONDS
from routing.plan.display_names import Names
from routing.plan.draft import DraftStep
from routing.steps.base import StepPage
from routing.steps.form import StepForm
from vms_portal.kernel.plain_fields import PlainField


class QueuePage(StepPage):
    name = _n("Queue")
    icon = "hourglass-split"
    sentence = _n("The caller waited in the queue of step %(node)s: %(outcome)s.")
    going = _n("Callers wait in the queue %(destination)s.")
    exits = {
        "timeout": (_n("nothing within the time"), _n("Nothing within the time")),
        "full": (_n("queue full"), _n("When the queue is full")),
        "no_agents": (_n("no agents"), _n("When there are no agents")),
        "callback": (_n("call back asked"), _n("When a call back is asked")),
    }
    fields = {
        "queue": _n("queue"),
        "max_wait_s": _n("longest wait in seconds"),
        "max_length": _n("longest queue"),
        "music": _n("music"),
    }
    missing = {"queue": _n("“%(step)s”: choose a queue.")}
    reasons = {
        "queue_timeout": _n("the wait in queue %(queue)s was too long"),
        "queue_full": _n("queue %(queue)s was full"),
        "queue_no_agents": _n("queue %(queue)s had no agents"),
        "queue_callback": _n("the caller in queue %(queue)s asked to be called back"),
    }
    outcomes = {
        "full": _n("full"),
        "no_agents": _n("no agents"),
        "callback": _n("call back"),
    }
    blank = {"queue": "", "max_wait_s": 180, "max_length": 20}
    asked = True

    def ask(self, form: StepForm) -> None:
        form.add_reference(
            "queue",
            _("Queue"),
            missing=_("Choose a queue."),
            none_yet=_("There is none yet: ask us to set one up."),
        )
        form.add_whole("max_wait_s", _("Longest wait (seconds)"), WAIT_SECONDS)
        form.add_whole("max_length", _("Callers who wait at most"), LENGTHS)
        form.fields["music"] = PlainField(
            label=_("Music"),
            required=False,
            max_length=80,
            empty_value=None,
            initial=form.step.text("music"),
            help_text=_("Leave empty for the usual music."),
        )

    def endings(self, step: DraftStep) -> tuple[str, ...]:
        return ("answered", *self.exits, "abandoned")

    def place(self, destination: str | None, names: Names) -> str:
        return names.of("queue", destination or "")
