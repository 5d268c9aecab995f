"""A customer's sites as files name them: by short name or by name."""

from collections import defaultdict
from collections.abc import Container, Iterable

from django.utils.text import slugify

from numbers.models import Line, Site
from numbers.services.overtaken import noticing_others
from tenants.models import Tenant

LONGEST_SLUG = 50
# Of a name without a Latin letter or a digit.
NO_WORD = "site"


class UnclearSite(Exception):
    """The text may mean these sites, or one may be a new site; ``slugs`` name them."""

    def __init__(self, slugs: list[str]) -> None:
        super().__init__(slugs)
        self.slugs = slugs


def book_key(name: str) -> str:
    """Return what is the same for all ways to write one name."""
    return name.casefold()


class SiteBook:
    """Finds sites by what people write, adds missing ones; two queries to build."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self._by_slug: dict[str, Site] = {}
        # By what is the same in capitals or not: of names, of short names.
        self._by_name: dict[str, list[Site]] = defaultdict(list)
        self._by_short_name: dict[str, list[Site]] = defaultdict(list)
        self._lines: dict[int, Line] = {}
        self.sites_added: set[Site] = set()
        self.lines_added: list[Line] = []
        for site in Site.objects.for_tenant(tenant):
            self._remember(site)
        for line in Line.objects.for_tenant(tenant).filter(is_main=True):
            self._lines[line.site_id] = line

    def find(self, text: str) -> Site | None:
        """Return the site with this short name or name, in capitals or not.

        A short name as it stands goes first, then a name that one site has. One that
        is only the beginning of its site's name finds it where the name does not; one
        that was counted may in other letters be a name. ``UnclearSite``.
        """
        site = self._by_slug.get(text)
        if site is not None and not _is_cut(site):
            return site
        key = book_key(text)
        named = self._by_name.get(key, [])
        if [site.name for site in named] == [text]:
            return named[0]
        if site is not None and self._needs_slug(site):
            return site
        short = list(filter(self._needs_slug, self._by_short_name.get(key, [])))
        meant = {*named, *short}
        is_name = any(_is_counted(one) and self._is_alone(one) for one in short)
        if len(meant) > 1 or (is_name and not named):
            raise UnclearSite(sorted(site.slug for site in meant))
        return next(iter(meant), None)

    def is_missing(self, text: str) -> bool:
        """Is there no site that the text may mean?"""
        try:
            return self.find(text) is None
        except UnclearSite:
            return False

    def written(self, site: Site) -> str:
        """Return what ``find`` reads as this site: its name if that is enough."""
        try:
            return site.name if self.find(site.name) == site else site.slug
        except UnclearSite:
            return site.slug

    def line(self, site: Site) -> Line | None:
        """Return the main line of a site."""
        return self._lines.get(site.pk)

    def add_all(self, names: Iterable[str]) -> None:
        """Create sites of these names, without lines. ``Overtaken``.

        A name that is a short name as it stands gets that one, whatever the order.
        """
        keys = {book_key(name): name for name in names}
        for key, name in sorted(keys.items()):
            slug = self._slug(key, keys)
            with noticing_others():
                site = Site.objects.create(tenant=self.tenant, name=name, slug=slug)
            self._remember(site)
            self.sites_added.add(site)

    def add_line(self, site: Site, *, line: str, channels: int) -> None:
        """Create the main line of a site. ``Overtaken``."""
        with noticing_others():
            added = Line.objects.create(
                tenant=self.tenant, site=site, e164=line, channels=channels
            )
        self._lines[site.pk] = added
        self.lines_added.append(added)

    def _remember(self, site: Site) -> None:
        self._by_slug[site.slug] = site
        self._by_name[book_key(site.name)].append(site)
        self._by_short_name[book_key(site.slug)].append(site)

    def _needs_slug(self, site: Site) -> bool:
        """May a text be its short name? Of one that is cut: if others have its name."""
        return not _is_cut(site) or not self._is_alone(site)

    def _is_alone(self, site: Site) -> bool:
        return len(self._by_name[book_key(site.name)]) == 1

    def _slug(self, key: str, others: Container[str]) -> str:
        """Return a short name that means no site: not another's name either.

        ``others`` are the keys of names whose sites are made as well.
        """
        wanted = _stem(key)
        slug, count = wanted, 1
        while self._is_taken(slug) or (slug in others and slug != key):
            count += 1
            slug = f"{wanted}-{count}"
        return slug

    def _is_taken(self, slug: str) -> bool:
        return slug in self._by_slug or not self.is_missing(slug)


def _stem(key: str) -> str:
    return slugify(key)[:LONGEST_SLUG].strip("-") or NO_WORD


def _is_cut(site: Site) -> bool:
    """Is its short name one that nobody chose, and that may be another's whole name?

    Forms and files cut what is too long; one they cut behind a hyphen is shorter.
    """
    key = book_key(site.name)
    if len(site.slug) >= LONGEST_SLUG - 1:
        return site.slug != slugify(key)
    return site.slug == NO_WORD and not slugify(key)


def _is_counted(site: Site) -> bool:
    """Did its short name get a count, as another site had that of its name?"""
    stem, _hyphen, count = site.slug.rpartition("-")
    return count.isdigit() and stem == _stem(book_key(site.name))
