"""A voicemail."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _n

from routing.plan.draft import DraftStep
from routing.steps.base import StepPage
from routing.steps.form import StepForm
from vms_portal.kernel.plain_fields import AddressField


class VoicemailPage(StepPage):
    name = _n("Voicemail")
    icon = "voicemail"
    sentence = _n("The caller could leave a message.")
    going = _n("Callers reach the voicemail of %(destination)s.")
    fields = {"announcement": _n("announcement"), "mailbox": _n("mailbox")}
    missing = {
        "announcement": _n("“%(step)s”: choose what callers hear."),
        "mailbox": _n("“%(step)s”: say to which e-mail address messages are sent."),
    }
    outcomes = {"voicemail": _n("voicemail")}
    blank = {"announcement": "", "mailbox": ""}
    asked = True

    def ask(self, form: StepForm) -> None:
        form.add_announcement()
        form.fields["mailbox"] = AddressField(
            label=_("Messages are sent to"),
            initial=form.step.text("mailbox"),
            max_length=200,
            error_messages={"required": _("Say where messages are sent.")},
        )

    def detail(self, step: DraftStep) -> str:
        return step.text("mailbox") or super().detail(step)
