"""Destinations for reading, and as the choices of a form."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from numbers.formatting import display
from routing.engine.walk import OWN_LINE
from routing.engine.world import SITE
from routing.names import SLUGS, Names


def words(written: str | None, names: Names = SLUGS) -> str:
    """Return a destination for reading: sites by name, numbers with their spaces."""
    if written == OWN_LINE:
        return _("the number's own line")
    if written and written.startswith(SITE):
        site = names.of("site", written.removeprefix(SITE))
        return _("site %(site)s") % {"site": site}
    return display(written or "")


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def destination_choices(
    destinations: Iterable[str], names: Names
) -> list[tuple[str, str]]:
    """Return choices of a list of destinations, each once, in words."""
    chosen = dict.fromkeys(item for item in destinations if item)
    return [(item, capital(words(item, names))) for item in chosen]
