"""Remembers what a step was done for, so an unchanged step is skipped."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def fingerprint(files: Iterable[Path], *facts: str) -> str:
    """A digest of the contents of ``files`` and of some facts."""
    digest = hashlib.sha256("\0".join(facts).encode())
    for path in sorted(files):
        digest.update(str(path).encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


class Stamp:
    """A small file that holds the fingerprint a step was last done for."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def matches(self, value: str) -> bool:
        return self.path.is_file() and self.path.read_text() == value

    def write(self, value: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(value)

    def clear(self) -> None:
        self.path.unlink(missing_ok=True)
