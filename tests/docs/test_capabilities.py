"""docs/capabilities.md names every capability, and a test for what works."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs/capabilities.md"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines()
    if line.startswith("| C")
]


def files(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_every_capability_has_its_line_once_and_in_order():
    assert [row[0] for row in ROWS] == [f"C{n}" for n in range(1, 61)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_its_state_is_one_of_three_and_has_its_proof(row):
    _number, _words, state, places, tests = row
    assert re.match(r"(Works|Partly|Later)\b", state)
    if state.startswith("Later"):
        assert not files(places)
        return
    assert files(places)
    assert files(tests)
    for name in files(places) + files(tests):
        assert (ROOT / name).exists(), name
    for name in files(tests):
        assert name.startswith("tests/")
        assert "def test_" in (ROOT / name).read_text(encoding="utf-8"), name
