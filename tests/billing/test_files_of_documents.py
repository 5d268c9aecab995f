"""No row makes a document show another file than its own."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from billing.models import StoredFile


def another(file: StoredFile, **changes) -> StoredFile:
    """A second file of the same document, as the repair makes it."""
    digest = "f" * 64
    values = {
        "tenant_id": file.tenant_id,
        "invoice_id": file.invoice_id,
        "sha256": digest,
        "storage_key": file.storage_key.replace(file.sha256, digest),
        "size": 1,
        "replaces": file,
    }
    return StoredFile(**{**values, **changes})


@pytest.fixture
def pair(rendered) -> tuple[StoredFile, StoredFile]:
    """The files of two customers' invoices."""
    mine, theirs = (invoice.files.get() for invoice in rendered[:2])
    assert mine.tenant_id != theirs.tenant_id
    return mine, theirs


def deceits(mine: StoredFile, theirs: StoredFile) -> dict[str, StoredFile]:
    own_key = {"sha256": theirs.sha256, "storage_key": theirs.storage_key}
    return {
        "the bytes of another's": another(mine, **own_key),
        "bytes under another hash": another(mine, storage_key=mine.storage_key),
        "in the place of another's": another(mine, replaces=theirs),
    }


@pytest.mark.parametrize(
    "deceit",
    ["the bytes of another's", "bytes under another hash", "in the place of another's"],
)
def test_a_document_shows_no_file_but_its_own(pair, acting_as, deceit):
    row, count = deceits(*pair)[deceit], StoredFile.objects.count()
    with (
        acting_as("vms_worker", scope="system"),
        pytest.raises(IntegrityError, match="a stored file"),
        transaction.atomic(),
    ):
        row.save(force_insert=True)
    assert StoredFile.objects.count() == count


@pytest.mark.parametrize(
    "deceit",
    ["the bytes of another's", "bytes under another hash", "in the place of another's"],
)
def test_without_the_trigger_it_would(pair, acting_as, deceit):
    """The control: nothing else refuses it."""
    alter = "ALTER TABLE billing_storedfile {} TRIGGER billing_file_of_its_document"
    row = deceits(*pair)[deceit]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with acting_as("vms_owner"):
            cursor.execute(alter.format("DISABLE"))
        with acting_as("vms_worker", scope="system"):
            row.save(force_insert=True)
        transaction.set_rollback(True)


def test_the_repair_still_adds_its_own(pair, acting_as):
    with acting_as("vms_worker", scope="system"):
        another(pair[0]).save(force_insert=True)


@pytest.mark.parametrize("role", ["vms_staff", "vms_app", "vms_network"])
def test_only_the_worker_adds_files(pair, acting_as, role):
    with (
        acting_as(role, tenant=pair[0].tenant_id),
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
    ):
        another(pair[0]).save(force_insert=True)
    assert connection.is_usable()
