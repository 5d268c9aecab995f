"""Lists that apps add to as they start, so that an app knows no app above it.

Each app adds its own in its module ``contributions`` (docs/architecture.md).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise

Entry = TypeVar("Entry")
Text = str | Promise


class Registry(dict[str, Entry]):
    """Entries by their name; a name is added once."""

    def add(self, entries: Mapping[str, Entry]) -> None:
        if twice := sorted(self.keys() & entries.keys()):
            raise ImproperlyConfigured(f"Added twice: {', '.join(twice)}")
        self.update(entries)


class Words(Registry[Text]):
    """What codes are called; rows keep the codes of every release."""

    def told(self, code: str) -> str:
        """Return a code in words; one from another release as it is."""
        return str(self.get(code, code))


# Told apart by what they are: words are equal in one language and not in another.
@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """A heading of a menu; the headings stand by ``position``."""

    label: Text
    position: int


class Menu(Generic[Entry]):
    """Entries under their headings."""

    def __init__(self) -> None:
        self._added: list[tuple[Section, int, Entry]] = []

    def add(self, section: Section, *entries: Entry, position: int = 0) -> None:
        """Add entries that follow each other; ``position`` is where they begin."""
        self._added += [(section, position, entry) for entry in entries]
        self._added.sort(key=lambda added: (added[0].position, added[1]))

    def __iter__(self) -> Iterator[tuple[Section, tuple[Entry, ...]]]:
        for section in dict.fromkeys(section for section, _at, _entry in self._added):
            yield section, tuple(e for own, _at, e in self._added if own is section)
