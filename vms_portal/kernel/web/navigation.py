"""The portal's pages in their order; each app adds its own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.checks import Error, Tags, register
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from vms_portal.kernel.registry import Menu, Text

PORTAL = "vms_portal.urls.portal"


def _everybody(member: Any) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Page:
    """``may_open`` is asked which members are shown it."""

    name: str
    label: Text
    icon: str
    may_open: Callable[[Any], bool] = _everybody


@dataclass(frozen=True, slots=True)
class Entry:
    url: str
    label: Text
    icon: str
    current: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    label: Text
    entries: tuple[Entry, ...]


PAGES: Menu[Page] = Menu()


@register(Tags.urls)
def pages_exist(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Find pages that the portal has no address of, at the start."""
    problems = []
    for _section, pages in PAGES:
        for page in pages:
            try:
                reverse(page.name, PORTAL)
            except NoReverseMatch as error:
                problems.append(Error(f"The navigation names {page.name}: {error}"))
    return problems


def navigation(request: HttpRequest, member: Any) -> list[Group]:
    """Return the groups of pages ``member`` may open; the current one is marked.

    The back office borrows the frame for its account pages and has no member.
    """
    if member is None:
        return []
    groups = [
        (section.label, [(p, reverse(p.name)) for p in pages if p.may_open(member)])
        for section, pages in PAGES
    ]
    urls = [url for _label, entries in groups for _page, url in entries]
    current = max(_above(urls, request.path), key=len, default="")
    return [
        Group(
            label,
            tuple(
                Entry(url, page.label, page.icon, _mark(url, current, request.path))
                for page, url in entries
            ),
        )
        for label, entries in groups
        if entries
    ]


def _above(urls: list[str], path: str) -> Iterator[str]:
    """The addresses ``path`` is or lies below; nothing lies below the start page."""
    return (url for url in urls if path == url or (url != "/" and path.startswith(url)))


def _mark(url: str, current: str, path: str) -> str:
    """The value of ``aria-current``: the page itself, or the part it belongs to."""
    if url != current:
        return ""
    return "page" if url == path else "true"
