"""The query of an address, in part."""

from django.http import QueryDict


def without(query: QueryDict, *names: str) -> str:
    """Return the query encoded, without some of its parameters."""
    kept = query.copy()
    for name in names:
        kept.pop(name, None)
    return kept.urlencode()
