from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from billing.models.files import StoredFile


class FileKind(models.TextChoices):
    """The forms a document is stored in; the value ends the file's name."""

    PDF = "pdf", "PDF"

    @property
    def content_type(self) -> str:
        return f"application/{self.value}"


class StoredDocument(models.Model):
    """What is issued to a customer, and stored as one file of each kind."""

    # The other side of each file's key to its document.
    files: Any

    class Meta:
        abstract = True

    def file(self, kind: str) -> StoredFile | None:
        """Return the file of that kind to send; None until it is rendered.

        Of files that replace each other the newest. What was prefetched is used.
        """
        return next((file for file in self.files.all() if file.kind == kind), None)

    @property
    def stored(self) -> list[StoredFile]:
        """Return the file to send of each kind that is rendered, in their order."""
        files = (self.file(kind) for kind in FileKind.values)
        return [file for file in files if file]

    @property
    def pdf(self) -> StoredFile | None:
        return self.file(FileKind.PDF)
