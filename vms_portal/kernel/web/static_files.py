"""Which files of ours are served to everybody: by their kind, not all that is there."""

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import FileSystemFinder
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage

KINDS = {".css", ".js", ".svg", ".woff2"}
# What others wrote goes out with the terms it came under.
LICENCES = ("LICENSE", "LICENSE.txt", ".LEGAL.txt")


def is_served(path: str) -> bool:
    parts = PurePosixPath(path.replace("\\", "/")).parts
    is_hidden = any(part.startswith(".") for part in parts)
    is_known = PurePosixPath(path).suffix in KINDS or path.endswith(LICENCES)
    return is_known and not is_hidden


def require_collected() -> None:
    """End a web process with a sentence where every page would miss its files."""
    if settings.DEBUG or settings.PROCESS == "network":
        return
    files = staticfiles_storage
    if isinstance(files, ManifestFilesMixin) and not files.hashed_files:
        raise SystemExit(
            f"VMS_STATIC_ROOT: no files are collected in {settings.STATIC_ROOT}. "
            "Run manage.py collectstatic, or name the directory that has them."
        )


class Finder(FileSystemFinder):
    """A key or a dump left in ``static/`` is neither collected nor found."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Any]]:
        for path, storage in super().list(ignore_patterns):
            if is_served(path):
                yield path, storage

    def find(self, path: str, *args: Any, **kwargs: Any) -> Any:
        return super().find(path, *args, **kwargs) if is_served(path) else []
