"""Invitations, and the links in their mails."""

import re

import pytest
from django.core import mail
from django.utils import timezone

from tenants.models import Member
from tenants.services import invitations

NEW = "nora@elsewhere.example"
ROLE = Member.Role.EDITOR
NOW = timezone.now()


@pytest.fixture
def invite(admin, django_capture_on_commit_callbacks):
    """``invite(email)`` returns the path of the link in the mail."""

    def make(email: str = NEW, *, now=None, **fields) -> str:
        mail.outbox.clear()
        values = {"role": ROLE, "now": now or timezone.now(), **fields}
        with django_capture_on_commit_callbacks(execute=True):
            invitations.invite(by=admin, email=email, **values)
        found = re.search(r"http://[^/]+(/invitations/\S+/)", str(mail.outbox[0].body))
        assert found
        return found[1]

    return make
