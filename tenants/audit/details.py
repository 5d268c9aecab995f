"""What an act of the audit trail was about, in words.

Events keep keys and values as the code had them when they were recorded: they are
never rewritten, so they are put into words when somebody reads them.
"""

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from tenants.models.api_scopes import Scope
from tenants.staff_groups import GROUPS
from vms_portal.kernel.formatting import display, euro
from vms_portal.kernel.text import visible_lines, visible_text

Words = Mapping[str, str | Promise]
ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}\S*)?")
NAMES: dict[str, str | Promise] = {
    "added": _("added"),
    "address": _("IP address"),
    "after": _("after"),
    "all": _("all numbers"),
    "amount": _("amount"),
    "before": _("before"),
    "calls": _("calls"),
    "changed": _("changed"),
    "changes": _("changes"),
    "city": _("city"),
    "comment": _("comment"),
    "credit_notes": _("credit notes"),
    "customers": _("customers"),
    "definition": _("hours"),
    "destination": _("destination"),
    "destinations": _("destinations"),
    "email": _("e-mail"),
    "expires_at": _("expires"),
    "fields": _("fields"),
    "file": _("file"),
    "from": _("from"),
    "international": _("prefixes abroad"),
    "groups": _("groups"),
    "is_active": _("active"),
    "is_main": _("main line"),
    "is_staff": _("staff"),
    "is_superuser": _("superuser status"),
    "issued": _("invoiced"),
    "kept": _("kept"),
    "kind": _("kind"),
    "language": _("language"),
    "last_day": _("last day"),
    "lines": _("lines"),
    "member": _("member"),
    "name": _("name"),
    "nothing": _("nothing to invoice"),
    "note": _("note"),
    "number": _("number"),
    "numbers": _("numbers"),
    "opt_in": _("special numbers"),
    "option": _("option"),
    "parked": _("parked"),
    "pending": _("pending"),
    "postal_code": _("postal code"),
    "prices": _("prices"),
    "reason": _("reason"),
    "role": _("role"),
    "rows": _("rows"),
    "scopes": _("rights"),
    "sees_all_numbers": _("all numbers"),
    "sha256": _("SHA-256"),
    "sha256_before": _("SHA-256 before"),
    "site": _("site"),
    "sites": _("sites"),
    "slug": _("short name"),
    "steps": _("signed in by"),
    "street": _("street and number"),
    "terms": _("version of the terms"),
    "texts": _("texts"),
    "to": pgettext_lazy("audit", "to"),
    "total": _("total"),
    "total_incl_vat": _("total including VAT"),
    "until": _("until"),
    "version": _("version"),
    "withdrawn": _("withdrawn"),
}
VALUES: Words = {
    "admin": _("Administrator"),
    "editor": _("Editor"),
    "operator": _("Dispatcher"),
    "finance": _("Finance"),
    "viewer": _("Viewer"),
    "CLASSIC": _("VMS Classic"),
    "DRS": _("VMS DRS"),
    "VOICE_CONTINUITY": _("Voice Continuity"),
    "cfu": _("unconditional"),
    "cfb": _("busy"),
    "cfnr": _("no reply"),
    "cfnrc": _("not reachable"),
    "line": _("the number's own line"),
    "password": _("Password"),
    "totp": _("Authenticator app"),
    "webauthn": _("Passkey"),
    "recovery_codes": _("Recovery codes"),
    "demo": _("Button of the demo"),
    "new_password": _("a new password was chosen"),
    "role_changed": _("the role changed"),
    "access_ended": _("access was taken away or given back"),
    "new_address": _("the address of the sign-in changed"),
    "administrator_joined": _("the customer has an administrator"),
    "step_removed": _("a second step was removed"),
}
# Names that hold words of their own, which mean something else elsewhere.
WORDS_OF: dict[str, Words] = {"groups": GROUPS, "scopes": dict(Scope.choices)}
AMOUNTS = frozenset({"amount", "total_incl_vat"})  # in EUR
# Processes act as well; a person is called as they are.
ACTORS: dict[str, str | Promise] = {
    "agreement": _("Agreement"),
    "demo": _("Demo"),
    "document store": _("Document store"),
    "expiry": _("Expiry"),
    "policy": _("Destination policy"),
    "import_numbers": _("Import of numbers"),
    "month close": _("Month close"),
}


def details(detail: Mapping[str, Any], words: Words = VALUES) -> list[tuple[str, str]]:
    """Return name and text of each thing recorded; what says nothing is left out.

    A name or a word of a later release is shown as it is.
    """
    # Labels of fields are kept in English; the changes hold each in words.
    left_out = {"fields"} if detail.get("changes") else set()
    # The database keeps names in an order of its own.
    found = sorted(detail.items(), key=lambda item: item[0] == "after")
    return [
        (visible_text(str(NAMES.get(key, key))), _told(key, value, words))
        for key, value in found
        if key not in left_out and value not in ("", None, [], {})
    ]


def _told(name: str, value: Any, words: Words) -> str:
    if name in AMOUNTS:
        return _amount(value)
    if name == "kind" and (model := _model(value)):
        return str(model._meta.verbose_name)
    return _text(value, WORDS_OF.get(name, words))


def _model(label: str) -> type[models.Model] | None:
    """Return the model of a row; what was recorded before has words of its own."""
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def _amount(value: Any) -> str:
    return euro(Decimal(str(value)))


def actor_words(name: str) -> str:
    return str(ACTORS.get(name, name))


def _text(value: Any, words: Words) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, dict):
        return "; ".join(
            gettext("%(name)s: %(value)s") % {"name": name, "value": text}
            for name, text in details(value, words)
        )
    if isinstance(value, list):
        return ", ".join(_text(part, words) for part in value)
    text = str(value)
    if text in words:
        return str(words[text])
    return _moment(text) if ISO.fullmatch(text) else display(visible_lines(text))


def _moment(text: str) -> str:
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return text
    if len(text) == len("2026-10-01"):
        return date_format(found.date(), "SHORT_DATE_FORMAT")
    if timezone.is_naive(found):
        found = found.replace(tzinfo=dt.UTC)
    return date_format(timezone.localtime(found), "SHORT_DATETIME_FORMAT")
