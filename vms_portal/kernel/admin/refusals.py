"""The form again, as it was typed, where saving it was refused after all."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db import IntegrityError, transaction
from django.forms import ModelForm
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from psycopg2.errors import ExclusionViolation, UniqueViolation

from vms_portal.kernel.web.message_cookie import say_nothing

TOLD = "refused_with"


class ShowsRefusals(admin.ModelAdmin):
    """Says in the form what was refused after all, and that nothing was saved.

    The form has checked the same before; somebody may have been faster. A page that
    swallowed the refusal would say that all is saved. Before ``AsksBeforeSaving``;
    every page of the back office is one (back_office.py).
    """

    refusals: tuple[type[Exception], ...] = ()

    def why_refused(self, error: Exception) -> str:
        """Say what one of ``refusals`` means."""
        raise NotImplementedError

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        told = getattr(request, TOLD, "")
        return _refusing(form, told) if told else form

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        asked = (object_id, form_url, extra_context)
        try:
            return self._checked_again_if_taken(request, asked)
        except IntegrityError as error:
            if not is_taken(error):
                raise
            told = _("Somebody else saved the same first. Nothing was saved.")
        except self.refusals as error:
            told = self.why_refused(error)
        say_nothing(request)
        if object_id is not None and not self._may_still_change(request, object_id):
            messages.error(request, told)
            return redirect(request.path)
        setattr(request, TOLD, told)
        return super().changeform_view(request, *asked)

    def _checked_again_if_taken(self, request: HttpRequest, asked: Any) -> Any:
        """Where somebody was faster the form sees it now, and says which field."""
        try:
            with transaction.atomic():
                return super().changeform_view(request, *asked)
        except IntegrityError as error:
            if not is_taken(error):
                raise
        say_nothing(request)
        return super().changeform_view(request, *asked)

    def _may_still_change(self, request: HttpRequest, object_id: str) -> bool:
        obj = self.get_object(request, unquote(object_id))
        return obj is not None and self.has_change_permission(request, obj)


class _Refused(ModelForm):
    told = ""

    def clean(self) -> Any:
        values = super().clean()
        self.add_error(None, self.told)
        return values


def _refusing(form: type[ModelForm], told: str) -> type[ModelForm]:
    """The same form, which is not valid whatever is in it."""
    return type("Refused", (_Refused, form), {"told": told})


def is_taken(error: IntegrityError) -> bool:
    """Is there another row by now that this one may not stand beside?"""
    return isinstance(error.__cause__, UniqueViolation | ExclusionViolation)
