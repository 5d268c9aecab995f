"""Each migration that takes something away is judged: may the version before run on?

Between ``migrate`` and the restart it does. One that it cannot work with is named in
docs/operations.md, where whoever upgrades reads which processes to stop.
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# A new guard or fewer rights; functions are taken from PUBLIC as they are made.
TAKES_AWAY = re.compile(
    r"CREATE (OR REPLACE )?(CONSTRAINT )?TRIGGER|\bREVOKE\b(?! ALL ON FUNCTION)"
    r"|\bRegrant\(|GivenKeys\(|AppendOnlyTable\("
)
# What they refuse, the version before them did not do either.
SAFE = {
    "billing": "0002 0003 0006 0007 0009 0010 0015 0016 0017 0019 0020 0021 0023 0026 "
    "0028 0029 0030 0031 0034 0035",
    "contracts": "0004",
    "numbers": "0005",
    "routing": "0002 0008 0009 0010 0011 0013",
    "tenants": "0002 0004 0006 0007 0014 0019 0020 0022 0025 0027 0031 0032 0033",
    "traffic": "0010 0013 0014 0015 0016 0017",
}


def named(page: str) -> set[tuple[str, str]]:
    """Return what the chapter on upgrades names: `app` 0001, 0002 and 0003."""
    _before, _title, chapter = page.partition("## Upgrade\n")
    chapter = chapter.partition("\n## ")[0]
    lists = re.findall(r"`([a-z]+)` ((?:\d{4}(?:, | and )?)+)", chapter)
    return {(app, number) for app, told in lists for number in told_in(told)}


def told_in(text: str) -> list[str]:
    return re.findall(r"\d{4}", text)


def unjudged(page: str) -> set[tuple[str, str]]:
    safe = {(app, number) for app, told in SAFE.items() for number in told_in(told)}
    found = {
        (file.parts[-3], file.name[:4])
        for file in ROOT.glob("*/migrations/[0-9]*.py")
        if TAKES_AWAY.search(file.read_text())
    }
    return found - safe - named(page)


def page() -> str:
    return (ROOT / "docs/operations.md").read_text()


def test_every_migration_that_takes_something_away_is_judged():
    assert unjudged(page()) == set()


def test_one_that_is_named_nowhere_is_noticed():
    """The control."""
    for app, number in (("billing", "0027"), ("tenants", "0030"), ("traffic", "0007")):
        assert (app, number) in named(page())
        assert unjudged(page().replace(number, "")) == {(app, number)}
