"""The bytes of an issued document, checked against their hash whenever read."""

import datetime as dt
import hashlib

from django.core.files.storage import default_storage
from django.db.models import Max, QuerySet

from billing.models import StoredFile

# Some 200 documents of 60 kB are read and hashed in a tenth of a second.
SLICE = 200


class FileDamaged(Exception):
    """The stored bytes are missing or are not those that were issued."""


def read_file(file: StoredFile) -> bytes:
    """Return the bytes as issued; ``FileDamaged`` when they are not."""
    body = stored_bytes(file.storage_key)
    if body is None or digest_of(body) != file.sha256:
        raise FileDamaged(file.storage_key)
    return body


def is_whole(file: StoredFile) -> bool:
    try:
        read_file(file)
    except FileDamaged:
        return False
    return True


def stored_bytes(key: str) -> bytes | None:
    """Return what the storage holds under ``key``; None when it cannot be read."""
    try:
        with default_storage.open(key) as stored:
            return bytes(stored.read())
    except OSError:
        return None


def digest_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def current_files() -> QuerySet[StoredFile]:
    """Return the file of each document: those that another replaces are left out."""
    return StoredFile.objects.filter(replaced_by=None)


def files_in_turn(now: dt.datetime, every: float) -> QuerySet[StoredFile]:
    """Return the files to look at now; sweep by sweep their turn comes to all.

    The clock picks the slice, so nothing has to be remembered between two sweeps,
    which are ``every`` so many seconds.
    """
    last = StoredFile.objects.aggregate(Max("pk"))["pk__max"] or 0
    turn = int(now.timestamp() // every) % (last // SLICE + 1)
    return current_files().filter(pk__gte=turn * SLICE, pk__lt=(turn + 1) * SLICE)
