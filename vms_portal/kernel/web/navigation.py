"""The portal's pages in their order."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Page:
    """``needs`` names what a member must be able to do to be shown the page."""

    name: str
    label: str | Promise
    icon: str
    needs: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    url: str
    label: str | Promise
    icon: str
    current: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    label: str | Promise
    entries: tuple[Entry, ...]


GROUPS: tuple[tuple[str | Promise, tuple[Page, ...]], ...] = (
    (
        "",
        (
            Page("numbers:home", _("Home"), "house"),
            Page("numbers:number_list", _("Numbers"), "telephone"),
            Page("numbers:site_list", _("Sites"), "building"),
        ),
    ),
    (
        _("Routing"),
        (
            Page("routing:calendar_list", _("Calendars"), "calendar3"),
            Page("routing:announcement_list", _("Announcements"), "megaphone"),
        ),
    ),
    (
        _("Calls"),
        (
            Page("traffic:call_list", _("Calls"), "telephone-inbound"),
            Page("traffic:statistics", _("Statistics"), "graph-up"),
        ),
    ),
    (
        _("Administration"),
        (
            Page("billing:invoice_list", _("Invoices"), "receipt", "may_see_billing"),
            Page("tenants:member_list", _("Team"), "people", "may_manage_team"),
            Page(
                "tenants:audit_list",
                _("Audit trail"),
                "journal-check",
                "may_manage_team",
            ),
            Page("tenants:token_list", _("API access"), "key", "may_manage_team"),
        ),
    ),
)


def navigation(request: HttpRequest, member: Any) -> list[Group]:
    """Return the groups of pages ``member`` may open; the current one is marked.

    The back office borrows the frame for its account pages and has no member.
    """
    if member is None:
        return []
    found = [
        (label, [(page, url) for page in pages if (url := _address(page, member))])
        for label, pages in GROUPS
    ]
    urls = [url for _label, entries in found for _page, url in entries]
    current = max(_above(urls, request.path), key=len, default="")
    return [
        Group(
            label,
            tuple(
                Entry(url, page.label, page.icon, _mark(url, current, request.path))
                for page, url in entries
            ),
        )
        for label, entries in found
        if entries
    ]


def _address(page: Page, member: Any) -> str:
    if page.needs and not getattr(member, page.needs, False):
        return ""
    return reverse(page.name)


def _above(urls: list[str], path: str) -> Iterator[str]:
    """The addresses ``path`` is or lies below; nothing lies below the start page."""
    return (url for url in urls if path == url or (url != "/" and path.startswith(url)))


def _mark(url: str, current: str, path: str) -> str:
    """The value of ``aria-current``: the page itself, or the part it belongs to."""
    if url != current:
        return ""
    return "page" if url == path else "true"
