"""Uploads wait on the disk: whole, or refused with a sentence."""

from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from numbers.importing import waiting

SAMPLE = Path(__file__).resolve().parents[2] / "demo/numbers-acme.csv"
ADDRESS = "/numbers/geographicnumber/import/"


def test_a_full_disk_is_told_and_nothing_waits(
    staff_client, staff, contract, settings, tmp_path, monkeypatch
):
    settings.MEDIA_ROOT = tmp_path

    def refuse(name, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(default_storage, "save", refuse)
    staff_client.force_login(staff)
    upload = SimpleUploadedFile("numbers.csv", SAMPLE.read_bytes(), "text/csv")

    answer = staff_client.post(ADDRESS, {"contract": contract.pk, "file": upload})

    assert answer.status_code == 503
    assert "no room for the file. Nothing was imported." in answer.text
    assert not list(tmp_path.rglob("*.csv"))


def test_what_waits_is_what_was_uploaded(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path

    kept = waiting.keep(ContentFile(b"number\n"), name="n.csv", contract=1)

    with kept.open() as file:
        assert file.read() == b"number\n"
    kept.remove()
    with pytest.raises(waiting.NoLongerWaiting):
        kept.open()
