"""What mypy is told not to look at does not grow: each is a place it guards no more."""

import re
import tokenize
from collections import Counter
from pathlib import Path

from tests.test_sizes import LEFT_OUT
from vms_portal.devstack.layout import ROOT

# Lower it with each that goes.
MOST_IGNORED = 4
SILENCED = re.compile(r"#\s*(type:\s*ignore|mypy:)")


def ignored(root: Path) -> Counter[str]:
    """Count the comments by module; a text that quotes one is none."""
    found: Counter[str] = Counter()
    for path in root.rglob("*.py"):
        module = path.relative_to(root)
        if LEFT_OUT & set(module.parts) or not SILENCED.search(path.read_text("utf-8")):
            continue
        with path.open("rb") as file:
            found[str(module)] += sum(
                token.type == tokenize.COMMENT and bool(SILENCED.search(token.string))
                for token in tokenize.tokenize(file.readline)
            )
    return +found


def test_mypy_is_told_to_look_away_no_more_often():
    found = ignored(ROOT)
    assert found.total() <= MOST_IGNORED, found


def test_what_is_ignored_is_counted(tmp_path):
    comment = "# type:" + " ignore"
    (tmp_path / "twice.py").write_text(f"x = 1  {comment}[misc]\ny = 2  {comment}\n")
    (tmp_path / "whole.py").write_text("# mypy: ignore-errors\nx = 1\n")
    (tmp_path / "quoted.py").write_text(f"x = '{comment}'\n")
    assert ignored(tmp_path) == {"twice.py": 2, "whole.py": 1}
