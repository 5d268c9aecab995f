"""The names people gave in place of the slugs that plans are written with."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

SITE = "site:"
# The exits of a step hold names of steps, whatever they are called themselves.
UNREAD = "exits"


def by_slug(named: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return names by slug, from (slug, name); the slug tells apart equal names."""
    names = dict(named)
    times = Counter(names.values())
    return {
        slug: name if times[name] == 1 else f"{name} ({slug})"
        for slug, name in names.items()
    }


@dataclass(frozen=True, slots=True)
class Names:
    """A customer's names by slug."""

    sites: Mapping[str, str] = field(default_factory=dict)
    calendars: Mapping[str, str] = field(default_factory=dict)
    announcements: Mapping[str, str] = field(default_factory=dict)
    queues: Mapping[str, str] = field(default_factory=dict)

    def put_in(self, written: Any) -> Any:
        """Return a plan, an answer or a destination with names, for words only.

        What has no name keeps its slug. Never decide or store what comes back.
        """
        if isinstance(written, dict):
            return {key: self._of_key(key, value) for key, value in written.items()}
        if isinstance(written, list):
            return [self.put_in(value) for value in written]
        if isinstance(written, str) and written.startswith(SITE):
            slug = written.removeprefix(SITE)
            return SITE + self.sites.get(slug, slug)
        return written

    def put_in_answer(self, answer: Mapping[str, Any]) -> dict[str, Any]:
        """Return a simulation's answer with names; a queue stands bare in it."""
        named: dict[str, Any] = self.put_in(dict(answer))
        steps = named["steps"]
        if steps and steps[-1]["type"] == "queue":
            place = named["destination"]
            named["destination"] = self.queues.get(place, place)
        return named

    def _of_key(self, key: str, value: Any) -> Any:
        if key == UNREAD:
            return value
        if isinstance(value, str) and key in ("calendar", "announcement", "queue"):
            named: Mapping[str, str] = getattr(self, f"{key}s")
            return named.get(value, value)
        return self.put_in(value)


SLUGS = Names()
