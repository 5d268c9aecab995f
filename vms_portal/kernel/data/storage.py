"""Files that are there whole, or not at all, whatever ends the writing of them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

UNFINISHED = ".part"


class DurableStorage(FileSystemStorage):
    """Writes beside, then renames; both are on the disk before ``save`` returns.

    An existing file of the name is replaced. On a full disk, or when the process is
    killed, the name still holds what it held before; ``OSError`` for the former.
    """

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Return ``name`` itself: whoever saves knows what it replaces."""
        return name

    def _save(self, name: str, content: File[Any]) -> str:
        path = Path(self.path(name))
        _make_folders(path.parent, self.directory_permissions_mode or 0o700)
        descriptor, unfinished = tempfile.mkstemp(UNFINISHED, dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fchmod(file.fileno(), self.file_permissions_mode or 0o600)
                os.fsync(file.fileno())
            os.replace(unfinished, path)
        except BaseException:
            Path(unfinished).unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
        return name


def _make_folders(folder: Path, mode: int) -> None:
    """Make what is missing; a folder is on the disk once its parent is."""
    if folder.is_dir():
        return
    _make_folders(folder.parent, mode)
    folder.mkdir(mode, exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
