"""What templates need to look alike: icons, states, fields, values for reading."""

import datetime as dt
import json
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from django import template
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.forms import BoundField, CheckboxInput, Select
from django.template import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from vms_portal.kernel import formatting
from vms_portal.kernel.text import visible_text
from vms_portal.kernel.web.kept_form import take
from vms_portal.kernel.web.navigation import Group
from vms_portal.kernel.web.navigation import navigation as groups_of

register = template.Library()
STATE_ICONS = {
    "ok": "check-circle-fill",
    "info": "info-circle-fill",
    "attention": "exclamation-triangle-fill",
    "problem": "x-octagon-fill",
    "off": "dash-circle-fill",
}


# A page has up to a hundred of them, of the same few kinds.
@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, more: str = "") -> SafeString:
    """One icon of the sprite; it is decoration, so words must stand beside it.

    Adding one: docs/look.md. ``more`` are further classes.
    """
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false">'
        '<use href="{}#{}"></use></svg>',
        f" {more}" if more else "",
        static("icons.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def navigation(context: Context) -> list[Group]:
    """The pages this person may open; none before a second step that is needed."""
    request = context.get("request")
    member = getattr(request, "member", None)
    if request is None or member is None:
        return []
    if getattr(request, "lacks_second_factor", False):
        return []
    return groups_of(request, member)


@register.simple_tag(takes_context=True)
def kept_form(context: Context) -> dict[str, Any] | None:
    """What was typed into a form of this page that could not be sent."""
    request = context.get("request")
    kept = take(request) if request is not None else None
    return {**kept, "json": json.dumps(kept["fields"])} if kept else None


@register.simple_tag
def page_list(groups: list[Group]) -> SafeString:
    """``frame/_pages.html``: every page shows it twice, and there are few of them."""
    return _page_list(tuple(groups), get_language())


@lru_cache(maxsize=512)
def _page_list(groups: tuple[Group, ...], language: str | None) -> SafeString:
    return render_to_string("frame/_pages.html", {"pages": groups})


@register.simple_tag
def fixed(name: str, **values: str) -> SafeString:
    """A part of the frame that depends on the language and ``values`` alone."""
    return _fixed(name, get_language(), **values)


@lru_cache(maxsize=64)
def _fixed(name: str, language: str | None, **values: str) -> SafeString:
    return render_to_string(name, values)


@register.filter
def visible(text: str) -> str:
    """Text from outside, with what nobody would see by its code."""
    return visible_text(text)


@register.simple_tag
def chip(state: str, label: object) -> SafeString:
    """``components/_chip.html``; a long list uses it without that part around it."""
    return _chip(state, str(label))


# A list has fifty of them, and most are the same. By type: a text that is safe is
# not one that only reads alike.
@lru_cache(maxsize=512, typed=True)
def _chip(state: str, label: str) -> SafeString:
    return format_html(
        '<span class="chip chip-{}">{}{}</span>',
        state or "off",
        icon(state_icon(state)),
        label,
    )


@register.filter
def state_icon(state: str) -> str:
    return STATE_ICONS.get(state, STATE_ICONS["off"])


@register.filter
def e164(number: object) -> str:
    """``+3225501234`` as ``+32 2 550 12 34``; other text stays as it is."""
    text = str(number) if number else ""
    shown = formatting.display(text)
    # Digits and spaces are as safe as the digits were.
    return mark_safe(shown) if isinstance(text, SafeString) else shown  # noqa: S308


@register.simple_tag
def colon() -> str:
    """The colon behind a name, as the language writes it."""
    return formatting.colon()


@register.filter
def ordinals(text: str) -> str:
    """``1 octobre`` as ``1er octobre``, in French."""
    return formatting.ordinals(text)


@register.filter
def euro(amount: Decimal | int | str | None, decimals: int = 2) -> str:
    """An amount in euro in the active language; nothing for no amount."""
    try:
        return formatting.euro(Decimal(str(amount)), int(decimals))
    except InvalidOperation:
        return ""


@register.filter
def device(user_agent: str) -> str:
    """What a browser says of itself, in two words."""
    return formatting.device(user_agent)


@register.filter
def ago(at: dt.datetime | None) -> SafeString | str:
    """A relative time that carries the absolute one."""
    if not at:
        return ""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(timespec="seconds"),
        day_in_words(at, "DATETIME_FORMAT"),
        naturaltime(at),
    )


@register.filter
def day_in_words(at: dt.date | None, form: str = "DATE_FORMAT") -> str:
    """A day with its month in words; a datetime is shown in Brussels."""
    if not at:
        return ""
    if not isinstance(at, dt.datetime):
        return formatting.day_words(at, form)
    local = timezone.localtime(at)
    zone = zone_if_twice(at) if "TIME" in form else ""
    return formatting.day_words(local, form) + zone


@register.filter
def zone_if_twice(at: dt.datetime) -> str:
    """Which of the two, for a time in the hour that autumn has twice."""
    return formatting.zone_if_twice(timezone.localtime(at))


@register.filter
def moment(at: dt.datetime | dt.date | str | None) -> SafeString | str:
    """An absolute time in Brussels, for machines too; other text as it is."""
    if isinstance(at, dt.datetime):
        local = timezone.localtime(at)
        text = date_format(local, "SHORT_DATETIME_FORMAT") + zone_if_twice(at)
        read = at.isoformat(timespec="seconds")
    elif isinstance(at, dt.date):
        text, read = date_format(at, "SHORT_DATE_FORMAT"), at.isoformat()
    else:
        return at or ""
    return format_html('<time datetime="{}">{}</time>', read, text)


@register.filter
def plain(number: object) -> str:
    """A number as SVG and CSS write it, whatever the language."""
    return str(number)


@register.filter
def number_cells(figures: list[str]) -> SafeString:
    """Figures as cells of a table: a variable each would take ten times as long."""
    cells = ((figure,) for figure in figures)
    return format_html_join("", '<td class="num">{}</td>', cells)


@register.filter
def is_box(field: BoundField) -> bool:
    """Whether a field is one box to tick: its label stands behind it."""
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def styled(field: BoundField) -> SafeString:
    """The field's widget with the classes of its kind."""
    widget = field.field.widget
    if field.use_fieldset:
        return SafeString(field)
    if isinstance(widget, CheckboxInput):
        kind = "form-check-input"
    elif isinstance(widget, Select):
        kind = "form-select"
    else:
        kind = "form-control"
    own: Any = widget.attrs.get("class", "")
    return field.as_widget(attrs={"class": f"{kind} {own}".strip()})
