"""Django's admin as the operator's back office: a menu by task, in one fixed order."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.checks import Error, register
from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from vms_portal.kernel.admin.refusals import ShowsRefusals
from vms_portal.kernel.registry import Menu

# Labels of models; what a language calls them changes nothing about where they stand.
MENU: Menu[str] = Menu()


@register
def models_of_the_menu_exist(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Find entries of the menu that name no model, at the start."""
    known = {model._meta.label for model in apps.get_models()}
    return [
        Error(f"The menu of the back office names {label}, which is no model.")
        for _section, labels in MENU
        for label in labels
        if label not in known
    ]


class BackOffice(admin.AdminSite):
    def register(
        self, model_or_iterable: Any, admin_class: Any = None, **options: Any
    ) -> None:
        """Register a page that says what was refused when it was saved."""
        page = admin_class or admin.ModelAdmin
        if not issubclass(page, ShowsRefusals):
            named = {"__module__": page.__module__, "__doc__": page.__doc__}
            page = type(page.__name__, (ShowsRefusals, page), named)
        super().register(model_or_iterable, page, **options)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Staff sign in where everybody does, second factor included.

        The admin's own form asks for a password only.
        """
        # It has models, and Django asks here for the site before it has any.
        from allauth.account.decorators import secure_admin_login

        answer: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return answer

    def get_urls(self) -> list[Any]:
        """Django's own, without the one that looks for any row of any table."""
        return [
            pattern
            for pattern in super().get_urls()
            if getattr(pattern, "name", None) != "view_on_site"
        ]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        return super().admin_view(_with_readable_keys(view), cacheable)

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[Any]:
        """Return the groups of the menu; an app's own page lists that app alone."""
        listed = super().get_app_list(request, app_label)
        if app_label is not None:
            return listed
        left = {_key(model): model for app in listed for model in app["models"]}
        for model in left.values():
            own = getattr(self._registry[model["model"]], "menu_name", None)
            model["name"] = str(own or model["name"])
        groups = []
        for section, keys in MENU:
            models = [left.pop(key) for key in keys if key in left]
            if models:
                groups.append(_group(str(section.label), models))
        others = list(left.values())
        return [*groups, *([_group(gettext("Other"), others)] if others else [])]


def _with_readable_keys(view: Callable[..., HttpResponse]) -> Callable[..., Any]:
    """400 for a ticked row whose key is none: Django filters by it unread."""
    page = getattr(view, "__self__", None)
    if not isinstance(page, admin.ModelAdmin):
        return view
    field = page.opts.pk

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        for key in request.POST.getlist(ACTION_CHECKBOX_NAME):
            try:
                field.run_validators(field.to_python(key))
            except (ValidationError, ValueError) as error:
                raise BadRequest("no key of a row") from error
            if "\0" in key:
                raise BadRequest("NUL in the key of a row")
        return view(request, *args, **kwargs)

    return checked


def _key(model: dict[str, Any]) -> str:
    label: str = model["model"]._meta.label
    return label


def _group(name: str, models: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": name,
        "models": models,
        "has_module_perms": True,
        "app_label": models[0]["model"]._meta.app_label,
        "app_url": "",
    }


class BackOfficeConfig(AdminConfig):
    default_site = "vms_portal.kernel.admin.back_office.BackOffice"

    def ready(self) -> None:
        super().ready()
        from vms_portal.kernel.admin import readable_values

        readable_values.install()
