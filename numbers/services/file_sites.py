"""The sites of a file: made where there are none, and given their main lines."""

from collections import defaultdict
from collections.abc import Mapping

from numbers.importing.problems import RowProblem
from numbers.importing.result import ImportResult
from numbers.importing.survey import SiteMentions
from numbers.models import Site
from numbers.services.site_book import SiteBook, UnclearSite, book_key
from vms_portal.kernel.formatting import display


def place_sites(
    book: SiteBook,
    mentions: Mapping[str, SiteMentions],
    outcome: ImportResult,
    *,
    channels: int,
) -> dict[str, int]:
    """Make the sites a file names, and give those without a main line one.

    ``mentions`` are by the text of the site; ``channels`` are those of a line of which
    the file says none. Return the row of each line that was added. What rows of one
    site say against each other becomes a problem, and no line.
    """
    _add_missing(book, mentions, outcome)
    line_rows: dict[str, int] = {}
    for site, said in _by_site(book, mentions):
        if book.line(site) is not None:
            continue
        is_new = site in book.sites_added
        line, row = _line(said, is_new=is_new)
        problems = _problems(said, has_line=line is not None)
        outcome.problems += problems
        if line is None or problems:
            continue
        book.add_line(site, line=line, channels=next(iter(said.channels), channels))
        line_rows[line] = min(row, line_rows.get(line, row))
        if said.lines:
            outcome.lines_added.append(f"{site} ({display(line)})")
    return line_rows


def _add_missing(
    book: SiteBook, mentions: Mapping[str, SiteMentions], outcome: ImportResult
) -> None:
    """Make one site of all ways to write a name, called as most rows write it."""
    missing: dict[str, list[str]] = defaultdict(list)
    for text, said in mentions.items():
        if said.rows and book.is_missing(text):
            missing[book_key(text)].append(text)
    names = [
        min(texts, key=lambda text: (-mentions[text].rows, text.isupper(), text))
        for texts in missing.values()
    ]
    book.add_all(names)
    outcome.sites_added += sorted(names, key=lambda name: (book_key(name), name))


def _by_site(
    book: SiteBook, mentions: Mapping[str, SiteMentions]
) -> list[tuple[Site, SiteMentions]]:
    """Put together what is said of a site in whatever way it is written."""
    together: dict[Site, SiteMentions] = defaultdict(SiteMentions)
    for text, said in mentions.items():
        try:
            site = book.find(text)
        except UnclearSite:  # Told for each of its rows.
            continue
        if site is not None:
            together[site].merge(said)
    return sorted(together.items(), key=lambda item: (item[0].name, item[0].slug))


def _line(said: SiteMentions, *, is_new: bool) -> tuple[str | None, int]:
    """Return the line of a site and its row; of a new one its first number may be."""
    if said.lines:
        return min(said.lines.items(), key=lambda item: item[1])
    if is_new and said.first_number:
        _first_day, number, row = said.first_number
        return number, row
    return None, 0


def _problems(said: SiteMentions, *, has_line: bool) -> list[RowProblem]:
    """Say which rows of a site contradict each other, or say channels of no line."""
    channels = sorted((row, value) for value, row in said.channels.items())
    if channels and not has_line:
        row, value = channels[0]
        code = "channels_without_line"
        return [RowProblem(row, "channels", code, {"value": value})]
    lines = sorted((row, display(line)) for line, row in said.lines.items())
    return [
        *_contradictions("line", "lines_differ", lines),
        *_contradictions("channels", "channels_differ", channels),
    ]


def _contradictions(
    column: str, code: str, said: list[tuple[int, str]] | list[tuple[int, int]]
) -> list[RowProblem]:
    """Name every other value than that of the first row, beside it."""
    return [
        RowProblem(
            row, column, code, {"value": value, "row": said[0][0], "first": said[0][1]}
        )
        for row, value in said[1:]
    ]
