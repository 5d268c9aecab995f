"""Files of issued documents survive full disks and kills, and are made whole again."""

import datetime as dt
import hashlib
import io
import os
import signal
import subprocess
import sys
from dataclasses import replace

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.urls import reverse

from billing.models import ContractSummary, FileKind, StoredFile
from billing.selectors.files import files_in_turn, is_whole, read_file
from billing.services import files as store
from billing.services.summaries import draw_up
from billing.tasks import render_summary, repair_file, sweep
from tenants.models import AuditEvent
from tests.support.october import NOW, OCTOBER

SMALL_DISK = """
import resource, signal, sys
from pathlib import Path
import django
from django.conf import settings
settings.configure(MEDIA_ROOT=sys.argv[1])
django.setup()
from django.core.files.base import ContentFile
from vms_portal.kernel.data.storage import DurableStorage
signal.signal(signal.SIGXFSZ, signal.{on_limit})
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
DurableStorage().save("a/document.pdf", ContentFile(b"x" * 5000))
"""


@pytest.fixture
def stored(rendered, files):
    """The file of Acme's invoice."""
    return rendered[0].files.get()


@pytest.fixture
def summary(make_draft, price_list, files, staff) -> ContractSummary:
    contract = make_draft("C-9")
    drawn = draw_up(contract=contract, actor=staff, now=NOW)
    render_summary(drawn.pk)
    return drawn


def damage(files, stored: StoredFile, content: bytes = b"") -> None:
    (files / stored.storage_key).write_bytes(content)


@pytest.mark.parametrize(
    ("limit", "code"), [("SIG_IGN", 1), ("SIG_DFL", -signal.SIGXFSZ)]
)
@pytest.mark.parametrize("before", [None, b"what was there"])
def test_a_write_that_ends_early_leaves_what_was_there(tmp_path, limit, code, before):
    """Ignored, the limit is an error like a full disk; else it kills the process."""
    document = tmp_path / "a" / "document.pdf"
    if before is not None:
        document.parent.mkdir()
        document.write_bytes(before)

    script = SMALL_DISK.format(on_limit=limit)
    ended = subprocess.run(
        [sys.executable, "-c", script, tmp_path], capture_output=True, text=True
    )

    assert ended.returncode == code
    assert code < 0 or "File too large" in ended.stderr
    assert (document.read_bytes() if document.exists() else None) == before


def test_bytes_and_their_folder_are_on_the_disk_before_the_name(files, monkeypatch):
    acts: list[str] = []
    sync, rename = os.fsync, os.replace

    def noted(name, act):
        def inner(*arguments):
            acts.append(name)
            return act(*arguments)

        return inner

    monkeypatch.setattr(os, "fsync", noted("sync", sync))
    monkeypatch.setattr(os, "replace", noted("rename", rename))

    default_storage.save("document.pdf", ContentFile(b"x"))

    assert acts == ["sync", "rename", "sync"]


def test_what_an_interrupted_write_left_is_replaced(closed, files):
    body, invoice = b"%PDF whole", closed[0]
    digest = hashlib.sha256(body).hexdigest()
    left = files / f"{invoice.tenant_id}/invoice-{invoice.pk}/{digest}.pdf"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"")

    file = store.store(invoice, FileKind.PDF, body)

    assert left.read_bytes() == body
    assert read_file(file) == body


def test_without_the_bytes_there_is_no_row(closed, files, monkeypatch):
    monkeypatch.setattr(default_storage, "save", lambda key, content: key)

    with pytest.raises(OSError, match="does not hold"):
        store.store(closed[0], FileKind.PDF, b"%PDF")

    assert not StoredFile.objects.exists()


@pytest.mark.parametrize("content", [b"", b"%PDF half", None])
def test_the_sweeper_restores_a_damaged_invoice_byte_for_byte(
    stored, files, content, monkeypatch
):
    monkeypatch.setattr(repair_file, "delay", repair_file)
    body = read_file(stored)
    if content is None:
        (files / stored.storage_key).unlink()
    else:
        damage(files, stored, content)

    sweep()

    assert (files / stored.storage_key).read_bytes() == body
    event = AuditEvent.objects.get(action="invoice.file_restored")
    assert event.detail == {"sha256": stored.sha256}


def test_however_often_one_sweeps_the_turn_comes_to_every_file(rendered, monkeypatch):
    monkeypatch.setattr("billing.selectors.files.SLICE", 1)
    every_file = set(StoredFile.objects.all())
    turns = StoredFile.objects.latest("pk").pk + 1
    for seconds in (30, 30 * turns):
        sweeps = (NOW + n * dt.timedelta(seconds=seconds) for n in range(turns))
        seen = {file for now in sweeps for file in files_in_turn(now, seconds)}
        assert seen == every_file
    assert len(every_file) > 1


def test_an_invoice_that_looks_otherwise_today_gets_a_second_file(
    stored, files, settings
):
    damage(files, stored)
    settings.OPERATOR = replace(settings.OPERATOR, name="Other")

    repair_file(stored.pk)

    new = stored.invoice.files.first()
    assert new.replaces == stored
    assert read_file(new).startswith(b"%PDF")
    event = AuditEvent.objects.get(action="invoice.file_replaced")
    assert event.detail == {"sha256": new.sha256, "sha256_before": stored.sha256}
    call_command("verify_files")
    repair_file(stored.pk)
    assert stored.invoice.files.count() == 2


def test_a_whole_file_is_left_alone(stored):
    assert store.repair(file_id=stored.pk, now=NOW) == store.Repair.WHOLE
    assert not AuditEvent.objects.filter(action__contains="file_").exists()


def test_a_damaged_summary_is_restored(summary, files):
    file = summary.files.get()
    damage(files, file)

    repair_file(file.pk)

    assert is_whole(file)


def test_a_summary_that_would_differ_is_never_replaced(summary, files, settings):
    file = summary.files.get()
    damage(files, file)
    ContractSummary.objects.filter(pk=summary.pk).update(
        content={**summary.content, "customer": "Somebody Else"}
    )

    out = io.StringIO()
    with pytest.raises(CommandError, match="1 contract summaries can no longer"):
        call_command("repair_files", stdout=out)

    assert f"{file.storage_key}: lost" in out.getvalue()
    assert summary.files.count() == 1


def test_commands_find_and_repair_damaged_files(rendered, files):
    first, second = (invoice.files.get() for invoice in rendered)
    call_command("verify_files")
    damage(files, first)
    (files / second.storage_key).unlink()

    errors = io.StringIO()
    with pytest.raises(CommandError, match="2 of 2 files are damaged"):
        call_command("verify_files", stderr=errors)
    assert first.storage_key in errors.getvalue()

    out = io.StringIO()
    call_command("repair_files", stdout=out)
    assert "2 restored, 0 replaced." in out.getvalue()
    call_command("verify_files")


def test_the_archive_names_the_damaged_and_comes_after_the_repair(
    staff_client, rendered, files, staff
):
    damage(files, rendered[1].files.get())
    staff_client.force_login(staff)
    address = reverse(
        "admin:billing_month_zip", args=[OCTOBER], urlconf="vms_portal.urls.backoffice"
    )

    page = staff_client.get(address, follow=True).content.decode()

    assert f"are damaged: {rendered[1].reference}." in page
    assert rendered[0].reference not in page.split("are damaged")[1][:80]
    repair_file(rendered[1].files.get().pk)
    assert staff_client.get(address)["Content-Type"] == "application/zip"
