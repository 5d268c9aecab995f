"""docs/lock-order.md names every advisory lock there is, and no other."""

import re
from pathlib import Path

from vms_portal.kernel.data.locks import Lock

ROOT = Path(__file__).resolve().parents[2]


def missing(page: str) -> set[str]:
    return {str(lock.value) for lock in Lock} ^ set(re.findall(r"\b72\d\d\b", page))


def test_every_advisory_lock_has_its_place():
    assert missing((ROOT / "docs" / "lock-order.md").read_text()) == set()


def test_a_lock_without_a_place_is_noticed():
    page = (ROOT / "docs" / "lock-order.md").read_text()
    assert missing(page.replace("7263", "")) == {"7263"}
