"""docs/lock-order.md names every advisory lock there is, and no other."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TAKEN = re.compile(r"pg_(?:try_)?advisory_xact_lock(?:_shared)?\((\d+)")
APPS = ("tenants", "contracts", "numbers", "routing", "traffic", "billing")


def taken() -> set[str]:
    folders = (*APPS, "vms_portal")
    files = (path for name in folders for path in ROOT.glob(f"{name}/**/*.py"))
    return {key for path in files for key in TAKEN.findall(path.read_text())}


def missing(page: str) -> set[str]:
    return taken() ^ set(re.findall(r"\b72\d\d\b", page))


def test_every_advisory_lock_has_its_place():
    assert missing((ROOT / "docs" / "lock-order.md").read_text()) == set()


def test_a_lock_without_a_place_is_noticed():
    page = (ROOT / "docs" / "lock-order.md").read_text()
    assert missing(page.replace("7263", "")) == {"7263"}
