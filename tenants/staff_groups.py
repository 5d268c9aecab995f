"""What the operator's staff groups may do in the back office.

Each app says what they may do with its rows. Nobody deletes.
"""

from collections.abc import Mapping
from typing import Any

from django.apps import AppConfig
from django.contrib.auth.models import Group, Permission
from django.utils.translation import gettext_lazy as _

from vms_portal.kernel.registry import Words

GROUPS = Words(sales=_("Sales"), finance=_("Finance"))
NONE: tuple[str, ...] = ()
VIEW = ("view",)
WORK = ("view", "add", "change")

# By model; "*" for the rest of the app.
Rights = Mapping[str, tuple[str, ...]]
# Group -> app.
RIGHTS: dict[str, dict[str, Rights]] = {group: {} for group in GROUPS}


def add_rights(app_label: str, **by_group: Rights) -> None:
    """Say what groups may do with the rows of one app."""
    for group, rights in by_group.items():
        RIGHTS[group][app_label] = rights


def group_words(group: Group) -> str:
    """Return what a group is called; one that somebody else made as it is."""
    return GROUPS.told(group.name)


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


def _permissions(app_label: str, models: Rights) -> list[Permission]:
    rest = models.get("*", ())
    permissions = Permission.objects.filter(content_type__app_label=app_label)
    return [
        permission
        for permission in permissions.select_related("content_type")
        if permission.codename.partition("_")[0]
        in models.get(permission.content_type.model, rest)
    ]
