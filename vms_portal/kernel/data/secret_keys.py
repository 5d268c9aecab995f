"""Secrets handed out once and stored as their SHA-256: tokens, invitations."""

import hashlib
import secrets
from typing import TypeVar

from django.db import models

from vms_portal.kernel.data import row_security

PREFIX_LENGTH = 12
Row = TypeVar("Row", bound=models.Model)


def new_secret(kind: str) -> str:
    """Return a random secret of 256 bits that tells its kind: ``vms_...``."""
    return f"{kind}_{secrets.token_urlsafe(32)}"


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def find(rows: models.QuerySet[Row], secret: str) -> Row | None:
    """Return the row of ``rows`` whose secret this is.

    Its customer is not known yet: the policy ``app_presented`` shows the one row
    whose hash is presented, for the length of the look-up.
    """
    presented = digest(secret)
    row_security.apply(presented=presented)
    row = rows.filter(token_hash=presented).first()
    row_security.apply(presented=None)
    return row
