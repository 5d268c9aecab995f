"""Every address of a process, with invented arguments."""

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern, RoutePattern
from django.utils.regex_helper import normalize

from tests.support.roles import PROCESS_ROLES

SAMPLES = {"int": "1", "slug": "x", "str": "x", "path": "x", "uuid": "0" * 32}


def _piece(pattern: RoutePattern | RegexPattern | object) -> str:
    """An address that fits one piece of a pattern, with invented arguments."""
    if isinstance(pattern, RegexPattern):
        text, names = normalize(pattern.regex.pattern)[0]
        return text % dict.fromkeys(names, "1") if names else text
    route = str(pattern)
    return re.sub(
        r"<(?:(\w+):)?\w+>", lambda found: SAMPLES.get(found[1] or "str", "1"), route
    )


def _addresses(patterns, prefix: str = "/") -> Iterator[str]:
    for entry in patterns:
        address = prefix + _piece(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _addresses(entry.url_patterns, address)
        elif isinstance(entry, URLPattern):
            yield address


def addresses(process: str) -> list[str]:
    resolver = get_resolver(PROCESS_ROLES[process][1])
    return [*_addresses(resolver.url_patterns), "/no/such/page"]
