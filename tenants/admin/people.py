from typing import Any

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tenants.admin.base import AskedAdmin, is_superuser, staff_of
from tenants.models import User
from tenants.selectors import alone_in_charge_of
from tenants.services import (
    ended_access,
    ended_offers,
    ended_tokens,
    person_events,
)
from tenants.services.administrators import (
    LastAdministrator,
    decide_on,
    is_last,
    take_turns,
)
from tenants.services.people import change_email
from tenants.sign_in.session_rules import confirm_person
from tenants.staff_groups import GROUPS, group_words
from vms_portal.kernel.work.queue import enqueue_after_commit

# What a group may do is written in the contributions of each app. allauth's own pages
# record nothing: a person's address is changed with the person.
admin.site.unregister([EmailAddress, Group, UserSession])


class GroupsField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, group: Group) -> str:
        return group_words(group)


class PersonForm(forms.ModelForm):
    class Meta:
        model = User
        fields = [
            "email",
            "name",
            "language",
            "is_active",
            "is_staff",
            "is_superuser",
            "groups",
        ]
        field_classes = {"groups": GroupsField}
        widgets = {"groups": forms.CheckboxSelectMultiple}
        labels = {"is_superuser": gettext_lazy("Administrator")}
        help_texts = {
            "is_staff": gettext_lazy(
                "May sign in to the back office; with a second step always."
            ),
            "is_superuser": gettext_lazy(
                "An administrator: sees everything, manages people and failed work."
            ),
            "groups": gettext_lazy("What the person works on in the back office."),
        }

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("is_superuser") and not values.get("is_staff"):
            self.add_error("is_staff", _("An administrator works in the back office."))
        if self.instance.pk and not stays_able(values) and is_last(self.instance):
            raise ValidationError(last_words())
        is_staff = values.get("is_staff") or values.get("is_superuser")
        if is_staff and self.instance.pk and self.instance.memberships.exists():
            raise ValidationError(
                _(
                    "This person has access to a customer. Staff have an account of "
                    "their own, with another address."
                )
            )
        return values


def stays_able(values: dict[str, Any]) -> bool:
    """Can the person administer the back office with these rights?"""
    return all(values.get(name) for name in ("is_active", "is_staff", "is_superuser"))


def last_words() -> str:
    return _(
        "This is the last administrator of the back office. Make somebody else "
        "administrator first."
    )


def opens_a_way_in(form: PersonForm) -> bool:
    """Does it let somebody in, or let them do more? That outlives who clicked it.

    Who has the address of a sign-in has its password: a link to a new one goes there.
    """
    before, values = form.initial, form.cleaned_data
    groups = {group.pk for group in before.get("groups", ())}
    return (
        any(
            values[name] and not before.get(name)
            for name in ("is_staff", "is_superuser")
        )
        or any(group.pk not in groups for group in values["groups"])
        or bool(form.instance.pk and {"email"} & set(form.changed_data))
        or bool(form.instance.pk and values["is_active"] and not before["is_active"])
    )


def ends_access(form: PersonForm) -> bool:
    """Does it take something from the person, or let them in again?

    What was made under the right that went does not come back with it.
    """
    before, values = form.initial, form.cleaned_data
    groups = {group.pk for group in values["groups"]}
    return (
        "is_active" in form.changed_data
        or any(
            before.get(name) and not values[name]
            for name in ("is_staff", "is_superuser")
        )
        or any(group.pk not in groups for group in before.get("groups", ()))
    )


def ending_words(person: User) -> list[str]:
    """Say what ends for good with a person's access or address."""
    now, told = timezone.now(), []
    if tokens := ended_tokens.live_tokens(user=person, now=now):
        told.append(
            ngettext(
                "%(count)s API token of theirs ends for good.",
                "%(count)s API tokens of theirs end for good.",
                len(tokens),
            )
            % {"count": len(tokens)}
        )
    if offers := ended_offers.live_offers(user=person, now=now):
        told.append(
            ngettext(
                "%(count)s open invitation of theirs is withdrawn.",
                "%(count)s open invitations of theirs are withdrawn.",
                len(offers),
            )
            % {"count": len(offers)}
        )
    return told


def access_words(person: User, form: Any) -> list[str]:
    """Say what the change does to how the person signs in, and what they may."""
    changed, values = form.changed_data, form.cleaned_data
    names = {"person": person, "email": values.get("email")}
    told = []
    if "is_active" in changed and not values["is_active"]:
        told.append(
            _("%(person)s can no longer sign in, and is signed out at the next click.")
            % names
        )
        told += [
            _("%(customer)s has no other administrator.") % {"customer": tenant}
            for tenant in alone_in_charge_of(person)
        ]
    if "is_active" in changed and values["is_active"]:
        told.append(_("%(person)s can sign in again.") % names)
    if "email" in changed:
        told.append(_("%(person)s signs in with %(email)s from now on.") % names)
    if {"is_staff", "is_superuser", "groups"} & set(changed):
        told.append(_("What %(person)s may do in the back office changes.") % names)
    if "email" in changed or ends_access(form):
        if "is_active" not in changed:
            told.append(_("%(person)s is signed out everywhere.") % names)
        told += ending_words(person)
    return told


class GroupFilter(admin.SimpleListFilter):
    title = gettext_lazy("group")
    parameter_name = "group"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return list(GROUPS.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() not in GROUPS:
            return queryset
        return queryset.filter(groups__name=self.value())


@admin.register(User)
class UserAdmin(AskedAdmin):
    """People of every customer and the operator's staff.

    A new person has no password and gets a mail with the link to choose one.
    """

    form = PersonForm
    list_display = ["email", "name", "language", "is_active", "is_staff", "last_login"]
    list_filter = ["is_staff", "is_active", GroupFilter]
    search_fields = ["email", "name"]
    readonly_fields = ["last_login", "date_joined"]

    def lock_before(self, obj: User) -> None:
        take_turns()

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    def save_model(
        self, request: HttpRequest, obj: User, form: Any, change: bool
    ) -> None:
        if opens_a_way_in(form):
            confirm_person(request)
        if change:
            self._change(request, obj, form)
        else:
            obj.set_unusable_password()
            obj.save()
            EmailAddress.objects.create(
                user=obj, email=obj.email, verified=True, primary=True
            )
            self._welcome(request, obj)

    def _change(self, request: HttpRequest, obj: User, form: Any) -> None:
        able, by = stays_able(form.cleaned_data), staff_of(request)
        decide_on(person=obj, by=by, is_able=able)
        # What the form does not change may be newer by now: a password, for one.
        obj.save(update_fields={name for name in form.changed_data if name != "groups"})
        before = form.initial.get("email", "")
        if before != obj.email:
            change_email(
                user=obj,
                email=obj.email,
                before=before,
                by=by,
                now=timezone.now(),
            )
        if ends_access(form):
            ended_access.end_all(
                user=obj,
                by=by,
                reason=ended_tokens.ACCESS_ENDED,
                now=timezone.now(),
            )
        if {"is_active", "email"} & set(form.changed_data):
            self._welcome(request, obj)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except LastAdministrator:
            # Two took the right from each other at the same moment.
            messages.error(request, last_words())
            return redirect(request.get_full_path())

    def _welcome(self, request: HttpRequest, person: User) -> None:
        """Mail who may sign in and has no password yet the link to choose one."""
        if not person.is_active or person.has_usable_password():
            return
        enqueue_after_commit("tenants.tasks.send_first_link", person.pk)
        text = _("%(person)s gets a mail with the link to choose a password.")
        messages.info(request, text % {"person": person})

    def record(
        self, request: HttpRequest, obj: User, action: str, detail: dict[str, Any]
    ) -> None:
        """For the person's customers as well, whose administrators rely on it.

        A new person's rights are told like those that somebody is given later.
        """
        if action == "staff.added":
            detail = {**detail, "changes": self._changes(request)}
        by = staff_of(request)
        person_events.record(user=obj, by=by, action=action, detail=detail)

    def consequences(self, request: HttpRequest, obj: User, form: Any) -> list[str]:
        return access_words(obj, form)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever could change people could make themselves superuser."""
        return is_superuser(request)
