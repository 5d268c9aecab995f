"""Values in lists and pages of the back office, as people of each language read them.

Django's admin writes "1 octobre", +3225501200 and JSON, and offers no other place to
say it better than the one function that shows the value of a field.
"""

import datetime as dt
from typing import Any

from django.contrib.admin import helpers
from django.contrib.admin.templatetags import admin_list
from django.contrib.admin.utils import display_for_field
from django.db import models
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from vms_portal.kernel.formatting import day_words, display
from vms_portal.kernel.text import visible_lines, visible_text


def readable(
    value: Any, field: models.Field, empty: str, avoid_link: bool = False
) -> Any:
    """Return what a field of a row says; ``empty`` stands for nothing."""
    if isinstance(value, dt.datetime):
        return day_words(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, dt.date):
        return day_words(value)
    if isinstance(field, models.JSONField) and value:
        return listed(value)
    shown = display_for_field(value, field, empty, avoid_link)
    is_text = isinstance(field, models.CharField) and not hasattr(shown, "__html__")
    return display(visible_text(str(shown))) if is_text else shown


def listed(value: Any) -> SafeString | str:
    """Return what JSON holds as a list of names and values, however deep."""
    if isinstance(value, dict):
        rows = ((visible_text(name), listed(inner)) for name, inner in value.items())
        parts = format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", rows)
        return format_html('<dl class="listed">{}</dl>', parts)
    if isinstance(value, list):
        return format_html_join(", ", "{}", ((listed(inner),) for inner in value))
    return "-" if value in (None, "") else visible_lines(str(value))


def tick(value: bool | None) -> SafeString:
    """Return the icon of a yes or no, with the word that a screen reader says."""
    words = {True: gettext("yes"), False: gettext("no"), None: gettext("unknown")}
    name = {True: "yes", False: "no", None: "unknown"}[value]
    return format_html(
        '<img src="{}" alt="{}">', static(f"admin/img/icon-{name}.svg"), words[value]
    )


def install() -> None:
    """Have every page of the admin show values this way."""
    # Django asks this module for it wherever it shows a boolean.
    admin_list._boolean_icon = tick  # type: ignore[attr-defined]  # private
    for shows_fields in (admin_list, helpers):
        shows_fields.display_for_field = readable  # type: ignore[attr-defined]  # imported
