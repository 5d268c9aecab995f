"""The names people gave in place of the slugs that plans are written with."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


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

    def all_of(self, part: str) -> Mapping[str, str]:
        """Return the names of one part: site, calendar, announcement or queue."""
        named: Mapping[str, str] = getattr(self, f"{part}s")
        return named

    def of(self, part: str, slug: str) -> str:
        """Return the name of a slug; what has none keeps the slug."""
        return self.all_of(part).get(slug, slug)


SLUGS = Names()
