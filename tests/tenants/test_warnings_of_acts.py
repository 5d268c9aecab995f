"""A warning tells of what happened alone, and from where as far as that is sure."""

import datetime as dt
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.db import DatabaseError, transaction
from django.utils import timezone

from tenants import tasks
from tenants.audit.record import record
from tenants.services import security_mail, warning_mail
from tenants.services.security_mail import LETTERS
from tests.support.security_mail import vera

__all__ = ["vera"]
HOUR = dt.timedelta(hours=1)
pytestmark = pytest.mark.django_db(transaction=True)


def test_every_letter_about_an_act_is_sent_again():
    """Those with a link are written by the worker alone."""
    folder = Path(django_settings.BASE_DIR) / "templates"
    found = {
        str(path.relative_to(folder)).removesuffix("_message.txt")
        for path in folder.glob("*/email/*_message.txt")
        if re.search("base_notification", path.read_text())
    }
    assert found == set(LETTERS)


def test_the_worker_sends_no_other_letter(vera):
    with pytest.raises(security_mail.UnknownLetter):
        security_mail.send(
            vera.pk, "account/email/welcome", "", "", timezone.now().isoformat()
        )


EVIL = "192.0.2.7\n\nUnblock it: https://office.evil.example/"
CHANGED = "account/email/password_changed"


@pytest.mark.parametrize(
    "address",
    [
        EVIL,
        "https://office.evil.example/",
        "192.0.2.7 https://office.evil.example/",
        "fe80::1%25\n\nhttps://office.evil.example/",
        "\u2028",
    ],
)
def test_where_an_act_came_from_is_an_ip_address(vera, address):
    """Whoever takes the portal over hands in any argument."""
    about = (vera.pk, CHANGED, address, EVIL * 100, timezone.now().isoformat())
    with suppress(security_mail.NoAddress):
        tasks.send_security_mail(*about)
    assert "evil" not in "".join(str(told.body) for told in mail.outbox)


@pytest.mark.parametrize(
    ("address", "told"),
    [("192.0.2.7", "192.0.2.7"), ("2001:DB8::0:1", "2001:db8::1"), ("", "")],
)
def test_a_member_is_told_where_it_came_from(vera, address, told):
    """The control."""
    device = "Mozilla/5.0 (Windows NT 10.0) Firefox/128.0"
    at = timezone.now().isoformat()
    tasks.send_security_mail(vera.pk, CHANGED, address, device, at)
    (message,) = mail.outbox
    assert f"IP address: {told}".strip() in message.body
    assert "With: Firefox on Windows" in message.body


def test_staff_are_told_of_no_act_that_only_the_portal_knows_of(
    staff, viewer, acting_as
):
    """It writes into the trails of customers, and never into the operator's."""
    now = timezone.now()
    about: Any = {"actor": viewer, "action": LETTERS[CHANGED], "target": staff}
    with acting_as("vms_app", tenant=viewer.tenant_id, user=viewer.user_id):
        with transaction.atomic():
            record(tenant=viewer.tenant, at=now, **about)
        with (
            pytest.raises(DatabaseError, match="row-level security"),
            transaction.atomic(),
        ):
            record(at=now, **about)
    with pytest.raises(warning_mail.NotSo):
        tasks.send_security_mail(staff.pk, CHANGED, "192.0.2.7", "", now.isoformat())
    assert mail.outbox == []


@pytest.mark.parametrize("letter", LETTERS)
def test_staff_are_told_of_what_the_operators_trail_knows(staff, letter):
    """The control."""
    now = timezone.now()
    with transaction.atomic():
        record(actor=staff, action=LETTERS[letter], target=staff, at=now)
    asked = (staff.pk, letter, "192.0.2.7", "", now.isoformat())
    tasks.send_security_mail(*asked)
    assert [told.to for told in mail.outbox] == [[staff.email]]
    later = (now + HOUR).isoformat()
    with pytest.raises(warning_mail.NotSo):
        tasks.send_security_mail(staff.pk, letter, "192.0.2.7", "", later)


@pytest.mark.parametrize("by_operator", [False, True])
def test_staffs_acts_are_looked_up_where_the_portal_cannot_write(
    staff, viewer, by_operator
):
    with transaction.atomic():
        record(
            actor=staff,
            action="person.email_changed",
            target=viewer.user,
            tenant=None if by_operator else viewer.tenant,
            detail={"before": "anybody@elsewhere.example"},
        )
    asked = (viewer.user_id, "address_changed", "anybody@elsewhere.example", "")
    if by_operator:
        tasks.send_warning_mail(*asked)
    else:
        with pytest.raises(warning_mail.NotSo):
            tasks.send_warning_mail(*asked)
    assert len(mail.outbox) == by_operator
