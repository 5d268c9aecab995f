"""A whole file of call records, batch by batch."""

import datetime as dt
import gc
import hashlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from traffic.ingest.delivery import Added, Delivery, IngestResult, read_delivery
from traffic.ingest.files import ahead, batches, open_text
from traffic.ingest.storage import store_batch
from vms_portal.kernel.csv_files.parsing import WINDOWS
from vms_portal.kernel.text import clean_text

# To be raised with every change of what the rows of a file are: what an earlier
# release took for a batch is no answer then.
READING = 2


def load_file(
    path: Path,
    *,
    batch: int,
    now: dt.datetime,
    told: Callable[[str], object] = lambda text: None,
) -> Iterator[tuple[IngestResult, int]]:
    """Store the file; after each batch yield its outcome and the bytes read so far.

    The batch key is the file's SHA-256, how it is read, the size and the number of
    the batch, so a load that was interrupted or is repeated gets the stored answers.
    ``told`` gets what is to be said about the file. Raises ``UnreadableFile``.
    """
    digest, added = _sha256(path), Added()
    read = f"{digest}/r{READING}/{batch}"
    # What is loaded so far stays: full collections need not look at it again.
    gc.freeze()
    # Between two statements the reading thread hands over soon: 5 ms, the default,
    # would hold up a small batch for as long as reading it takes.
    sys.setswitchinterval(0.0005)
    for number, (delivery, position) in enumerate(ahead(_read(path, batch, now, told))):
        outcome, repeated = store_batch(
            delivery, key=f"{read}/{number}", sha256=digest, now=now, added=added
        )
        yield outcome.as_replayed() if repeated else outcome, position


def _read(
    path: Path, batch: int, now: dt.datetime, told: Callable[[str], object]
) -> Iterator[tuple[Delivery, int]]:
    name = clean_text(path.name)
    with open_text(path) as file:
        if file.encoding == WINDOWS:
            told(f"{name} is not UTF-8. It is read as Windows-1252.")
        for rows in batches(file, name, batch):
            position = file.buffer.tell()
            yield read_delivery(rows, now), position


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
