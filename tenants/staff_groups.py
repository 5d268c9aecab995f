"""What the operator's staff groups may do in the back office.

Names of models of other apps are text: this only names them. Nobody deletes.
"""

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.models import Group, Permission
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

GROUPS: dict[str, str | Promise] = {"sales": _("Sales"), "finance": _("Finance")}
NONE: tuple[str, ...] = ()
VIEW = ("view",)
WORK = ("view", "add", "change")

# Group -> app -> model ("*" for the rest of the app) -> rights.
RIGHTS: dict[str, dict[str, dict[str, tuple[str, ...]]]] = {
    "sales": {
        "tenants": {"tenant": WORK, "member": VIEW, "invitation": ("view", "add")},
        "contracts": {"*": WORK},
        "numbers": {"*": WORK},
        "routing": {"*": VIEW},
        "traffic": {"*": VIEW},
        "billing": {
            "pricelist": VIEW,
            "invoice": NONE,
            "invoiceline": NONE,
            "invoicevat": NONE,
            "customermonth": NONE,
            "storedfile": NONE,
            "correction": NONE,
            "agreement": VIEW,
            "*": WORK,
        },
    },
    "finance": {
        "tenants": {"tenant": VIEW},
        "contracts": {"*": VIEW},
        "numbers": {"*": VIEW},
        "traffic": {"*": WORK},
        "billing": {"*": WORK},
    },
}


def group_words(group: Group) -> str:
    """Return what a group is called; one that somebody else made as it is."""
    return str(GROUPS.get(group.name, group.name))


def grant(app_config: AppConfig, **kwargs: Any) -> None:
    """Give each group its rights in one app; runs after its permissions exist."""
    for name, apps in RIGHTS.items():
        if app_config.label not in apps:
            continue
        group, _created = Group.objects.get_or_create(name=name)
        wanted = _permissions(app_config.label, apps[app_config.label])
        held = group.permissions.filter(content_type__app_label=app_config.label)
        group.permissions.remove(*set(held).difference(wanted))
        group.permissions.add(*wanted)


def _permissions(
    app_label: str, models: dict[str, tuple[str, ...]]
) -> list[Permission]:
    rest = models.get("*", ())
    found = Permission.objects.filter(content_type__app_label=app_label)
    return [
        permission
        for permission in found.select_related("content_type")
        if permission.codename.partition("_")[0]
        in models.get(permission.content_type.model, rest)
    ]
