"""Uploaded files between the dry run and the confirmation.

A file waits in the media storage under a name nobody can guess; the page carries
that name signed, with the contract it was checked for. What nobody confirmed is
removed after a day.
"""

import datetime as dt
import uuid
from dataclasses import asdict, dataclass
from typing import IO

from django.core import signing
from django.core.files.base import File
from django.core.files.storage import default_storage

FOLDER = "imports"
LONGEST_WAIT = dt.timedelta(days=1)
SALT = "numbers.importing.waiting"


class NoLongerWaiting(Exception):
    """The file was imported, discarded or removed after a day."""


class NoRoom(Exception):
    """The storage cannot take the file, such as on a full disk."""


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """``stored`` is the name in the storage, ``name`` the one it came with."""

    stored: str
    name: str
    contract: int

    def token(self) -> str:
        return signing.dumps(asdict(self), salt=SALT)

    def open(self) -> IO[bytes]:
        """Open the file; ``NoLongerWaiting``."""
        try:
            return default_storage.open(self.stored, "rb")
        except OSError as error:
            raise NoLongerWaiting from error

    def remove(self) -> None:
        default_storage.delete(self.stored)


def keep(upload: File, *, name: str, contract: int) -> WaitingFile:
    """Store an upload until it is confirmed; ``NoRoom``."""
    try:
        stored = default_storage.save(f"{FOLDER}/{uuid.uuid4().hex}.csv", upload)
    except OSError as error:
        raise NoRoom from error
    return WaitingFile(stored, name[:100], contract)


def read_token(token: str) -> WaitingFile:
    """Return the file a page was about; ``NoLongerWaiting`` for any other text."""
    try:
        return WaitingFile(**signing.loads(token, salt=SALT, max_age=LONGEST_WAIT))
    except (signing.BadSignature, TypeError) as error:
        raise NoLongerWaiting from error


def remove_forgotten(now: dt.datetime) -> int:
    """Delete files that waited longer than a day; return how many."""
    if not default_storage.exists(FOLDER):
        return 0
    _folders, names = default_storage.listdir(FOLDER)
    paths = [f"{FOLDER}/{name}" for name in names]
    old = [p for p in paths if _stored_at(p) < now - LONGEST_WAIT]
    for path in old:
        default_storage.delete(path)
    return len(old)


def _stored_at(path: str) -> dt.datetime:
    return default_storage.get_modified_time(path)
