"""Destinations for reading, and as the choices of a form."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _n

from routing.engine.walk import OWN_LINE
from routing.engine.world import SITE
from routing.plan.display_names import SLUGS, Names
from vms_portal.kernel.formatting import display

# What a call record can name beside the destinations of plans.
RECORDED = {
    "queue": _n("queue %(name)s"),
    "voicemail": _n("voicemail of %(name)s"),
    "announcement": _n("announcement %(name)s"),
}


def words(written: str | None, names: Names = SLUGS) -> str:
    """Return a destination for reading: sites by name, numbers with their spaces."""
    if written == OWN_LINE:
        return _("the number's own line")
    if written and written.startswith(SITE):
        site = names.of("site", written.removeprefix(SITE))
        return _("site %(site)s") % {"site": site}
    return display(written or "")


def recorded_words(written: str, sites: Mapping[str, str]) -> str:
    """Return where a call ended, as its record names it; ``sites`` are names by slug.

    What nobody knows is returned as it was delivered.
    """
    kind, _colon, name = written.partition(":")
    if kind == "site":
        return sites.get(name) or words(written)
    if kind in RECORDED:
        return _(RECORDED[kind]) % {"name": name}
    is_known = written == OWN_LINE or written.startswith("+")
    return words(written) if is_known else written


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def destination_choices(
    destinations: Iterable[str], names: Names
) -> list[tuple[str, str]]:
    """Return choices of a list of destinations, each once, in words."""
    chosen = dict.fromkeys(item for item in destinations if item)
    return [(item, capital(words(item, names))) for item in chosen]
