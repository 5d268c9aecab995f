"""The page that asks before an act that customers feel or nobody can take back."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vms_portal.kernel.plain_fields import PlainField

PAGE = "admin/question.html"
LONGEST_REASON = 200
# Sent again with the answer, where what is said depends on what is entered.
READ = "read"


@dataclass(frozen=True, slots=True)
class Question:
    """``told`` says what will happen, ``rows`` to what; ``kept`` is sent again."""

    title: str
    told: Sequence[str]
    button: str
    back: str
    rows: Sequence[str] = ()
    kept: Sequence[tuple[str, str]] = ()
    is_danger: bool = True


class ConfirmForm(forms.Form):
    """Sent by the page of the question and by nothing else."""

    confirmed = forms.BooleanField(widget=forms.HiddenInput, initial=True)


class ReasonForm(ConfirmForm):
    reason = PlainField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("Kept in the audit trail, which the customer can read."),
    )


class TypedForm(ConfirmForm):
    """Asks to type ``expected``, so that nobody does it with one click too many."""

    typed = forms.CharField(
        label=gettext_lazy("To confirm"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, expected: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected
        self.fields["typed"].help_text = _("Type %(expected)s.") % {
            "expected": expected
        }

    def clean_typed(self) -> str:
        typed = str(self.cleaned_data["typed"])
        if typed.strip().casefold() != self.expected.casefold():
            raise forms.ValidationError(
                _("Type %(expected)s.") % {"expected": self.expected}
            )
        return typed


def answered(request: HttpRequest) -> dict[str, Any] | None:
    """Return what was sent if the question was asked before, to bind a form to."""
    is_answer = request.method == "POST" and "confirmed" in request.POST
    return request.POST if is_answer else None


def ask(
    model_admin: admin.ModelAdmin,
    request: HttpRequest,
    question: Question,
    form: forms.Form,
) -> TemplateResponse:
    """Return the page; its form comes back to the address that asked."""
    context = {
        **model_admin.admin_site.each_context(request),
        "title": question.title,
        "opts": model_admin.opts,
        "question": question,
        "form": form,
    }
    return TemplateResponse(request, PAGE, context)


def as_read(told: Sequence[str]) -> str:
    """Return a short text for ``READ``: what the question said that is answered."""
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


def sent_before(request: HttpRequest, form: forms.Form) -> list[tuple[str, str]]:
    """Return what the browser sent, without what the question's own form asks for."""
    own = {"csrfmiddlewaretoken", *form.fields}
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name not in own
        for value in values
    ]


class AsksBeforeSaving(admin.ModelAdmin):
    """Asks before a change of a row that ``consequences`` has something to say of.

    ``answer_form`` asks for a reason, which ``reason`` returns when the row is saved;
    a page whose own form has one asks for the confirmation alone.
    """

    answer_form: type[ConfirmForm] = ReasonForm

    def consequences(self, request: HttpRequest, obj: Any, form: Any) -> Sequence[str]:
        """Say what saving does that people feel or nobody can take back."""
        raise NotImplementedError

    def reason(self, request: HttpRequest) -> str:
        """Return the cleaned reason of the answer; empty where nothing was asked."""
        form = ReasonForm(answered(request))
        return str(form.cleaned_data["reason"]) if form.is_valid() else ""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        if request.method == "POST" and object_id is not None:
            answer = self.answer_form(answered(request))
            if not answer.is_valid():
                question = self._question(request, object_id, answer)
                if question is not None:
                    return ask(self, request, question, answer)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _question(
        self, request: HttpRequest, object_id: str, answer: ConfirmForm
    ) -> Question | None:
        obj = self.get_object(request, unquote(object_id))
        if obj is None or not self.has_change_permission(request, obj):
            return None
        form = self.get_form(request, obj, change=True)(
            request.POST, request.FILES, instance=obj
        )
        told = self.consequences(request, obj, form) if form.is_valid() else ()
        if not told:
            return None
        title = _("Save %(what)s?") % {"what": obj}
        kept = sent_before(request, answer)
        return Question(title, told, _("Save"), request.get_full_path(), kept=kept)
