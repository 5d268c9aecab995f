"""The demo's mail: kept as files for the inbox page, and printed without secrets."""

import email
import email.message
import email.policy
import os
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.console import EmailBackend

from vms_portal.kernel.running.logs import hide_secrets

SHOWN = 100


def directory() -> Path:
    return Path(settings.VAR_DIR) / "demo-mail"


class DemoEmailBackend(EmailBackend):
    """Prints each message and stores it, for every process of this machine."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            store(message.message().as_bytes())
        return super().send_messages(email_messages) or 0

    def write_message(self, message: EmailMessage) -> None:
        """Print it into the log, where a link must open nothing."""
        text = message.message().as_bytes().decode("utf-8", "replace")
        self.stream.write(f"{hide_secrets(text)}\n{'-' * 79}\n")


def store(content: bytes) -> None:
    """Write one message; a reader sees it whole or not at all."""
    home = directory()
    home.mkdir(parents=True, exist_ok=True)
    # Links in it open accounts; the directory may be older than this line.
    home.chmod(0o700)
    name = f"{time.time_ns()}-{uuid.uuid4().hex[:8]}"
    unfinished = home / f"{name}.part"
    unfinished.write_bytes(content)
    os.replace(unfinished, home / f"{name}.eml")


@dataclass(frozen=True, slots=True)
class Mail:
    key: str
    sent_at: datetime
    sender: str
    to: str
    subject: str
    text: str
    attachments: tuple[str, ...]


def newest(count: int = SHOWN) -> list[Mail]:
    files = sorted(directory().glob("*.eml"), reverse=True)
    return [_read(file) for file in files[:count]]


def _read(file: Path) -> Mail:
    parsed = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    body = parsed.get_body(("plain", "html"))
    nanoseconds = int(file.stem.partition("-")[0])
    return Mail(
        key=file.stem,
        sent_at=datetime.fromtimestamp(nanoseconds / 1e9, UTC),
        sender=str(parsed["From"] or ""),
        to=str(parsed["To"] or ""),
        subject=str(parsed["Subject"] or ""),
        text=str(body.get_content()) if body else "",
        attachments=tuple(
            part.get_filename() or "" for part in parsed.iter_attachments()
        ),
    )
