"""What happens to a person's way in is in the trail of everybody it concerns."""

from pathlib import Path

import pytest
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.urls import reverse
from django.utils import translation

from tenants.audit.actions import ACTIONS, SUBJECTS
from tenants.audit.record import UnknownAction, record
from tenants.checks import acts_have_words, unnamed_acts
from tenants.models import AuditEvent, Member, StaffSession
from tenants.services import person_events
from tenants.services.reset_tokens import ResetTokens
from tests.support.crossing import Lock, crossed
from tests.support.two_customers import OTHER, PASSWORD, sign_in, vera

__all__ = ["vera"]


def told(action: str) -> list[str]:
    """The chains that have one such event, and who it says did it."""
    events = AuditEvent.objects.filter(action=action).order_by("tenant__reference")
    return [
        f"{event.tenant.reference if event.tenant else 'operator'}: {event.actor_name}"
        for event in events
    ]


def test_a_sign_in_is_in_the_chain_of_each_customer(client, vera):
    sign_in(client, vera.user)
    assert told("person.signed_in") == ["ACME: viewer-0", "GLOBEX: viewer-0"]
    assert AuditEvent.objects.all()[0].detail == {"steps": ["password"]}


@pytest.mark.django_db(transaction=True)
def test_signing_out_ends_the_session_before_it_holds_the_trail(staff_client, staff):
    """As whoever ends it from the list, and as a form that waited in it."""
    staff_client.force_login(staff)
    person_events.record(user=staff, action="person.signed_in", by=staff)
    table = StaffSession._meta.db_table
    rows = f"SELECT FROM {table} WHERE session_key = %s FOR UPDATE"
    session = Lock(rows, [staff_client.session.session_key])
    trail = Lock("SELECT FROM tenants_audithead WHERE tenant_id IS NULL FOR UPDATE")
    with crossed(session, trail, role="vms_staff") as ended:
        assert staff_client.post("/account/logout/").status_code == 302
    assert ended == []


def test_the_chains_are_locked_by_key_whatever_the_customers_are_called(client, vera):
    first, last = sorted(
        Member.objects.filter(user=vera.user), key=lambda m: m.tenant_id
    )
    for member, name in ((first, "Zulu"), (last, "Alfa")):
        member.tenant.name = name
        member.tenant.save()
    sign_in(client, vera.user)
    written = AuditEvent.objects.filter(action="person.signed_in").order_by("pk")
    assert [event.tenant_id for event in written] == [first.tenant_id, last.tenant_id]


def test_a_wrong_password_is_no_sign_in(client, vera):
    client.post("/account/login/", {"login": vera.user.email, "password": "wrong"})
    assert not AuditEvent.objects.exists()


def test_signing_out_and_ending_a_session_are_recorded(client, vera, acting_as):
    from tests.support.clients import ProcessClient

    other = ProcessClient("portal", acting_as)
    for one in (client, other):
        sign_in(one, vera.user)
    client.post("/account/sessions/")
    assert told("person.session_ended") == ["ACME: viewer-0", "GLOBEX: viewer-0"]
    client.post("/account/logout/")
    assert told("person.signed_out") == ["ACME: viewer-0", "GLOBEX: viewer-0"]


@pytest.mark.parametrize("is_used", [True, False])
def test_signing_out_by_a_colleagues_link_is_in_every_chain(
    client, vera, admin, is_used
):
    """A link to a new password, opened in the browser of somebody else."""
    sign_in(client, vera.user)
    key = f"{user_pk_to_url_str(admin.user)}-{ResetTokens().make_token(admin.user)}"
    page = client.get(f"/account/password/reset/key/{key}/")["Location"]
    client.get(page)
    if is_used:
        form = {"password1": OTHER, "password2": OTHER}
        assert client.post(page, form).status_code == 302
        assert told("person.password_reset") == [f"ACME: {admin.user}"]
    assert told("person.signed_out") == ["ACME: viewer-0", "GLOBEX: viewer-0"]


def test_another_password_is_recorded(client, vera):
    sign_in(client, vera.user)
    form = {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER}
    client.post("/account/password/change/", form)
    assert told("person.password_changed") == ["ACME: viewer-0", "GLOBEX: viewer-0"]


def test_staff_in_the_back_office_are_in_the_operators_chain(staff_client, staff):
    staff.set_password(PASSWORD)
    staff.save()
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(staff, secret)
    sign_in(staff_client, staff)
    code = totp.format_hotp_value(
        totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time()))
    )
    staff_client.post("/account/2fa/authenticate/", {"code": code})
    assert told("person.signed_in") == ["operator: Root"]


def change(staff_client, user, **values):
    url = reverse(
        "admin:tenants_user_change",
        args=[user.pk],
        urlconf="vms_portal.urls.backoffice",
    )
    form = {
        "email": user.email,
        "name": user.name,
        "language": user.language,
        "is_active": "on",
        "confirmed": "on",
        "reason": "asked by phone",
        **values,
    }
    answer = staff_client.post(url, {k: v for k, v in form.items() if v})
    assert answer.status_code == 302, answer.text


def test_what_staff_change_keeps_old_and_new_for_the_customers_too(
    staff_client, staff, vera
):
    staff_client.force_login(staff)
    change(staff_client, vera.user, name="Vera", is_active="")
    assert told("staff.changed") == ["ACME: Root", "GLOBEX: Root", "operator: Root"]
    for event in AuditEvent.objects.filter(action="staff.changed"):
        assert event.detail["changes"] == {
            "name": {"before": vera.user.name, "after": "Vera"},
            "is_active": {"before": True, "after": False},
        }


def test_another_address_is_told_to_the_old_one(
    staff_client, staff, vera, django_capture_on_commit_callbacks
):
    before = vera.user.email
    staff_client.force_login(staff)
    with django_capture_on_commit_callbacks(execute=True):
        change(staff_client, vera.user, email="thief@elsewhere.example")
    (message,) = [m for m in mail.outbox if m.to == [before]]
    assert "address of your sign-in was changed" in message.subject
    assert told("person.email_changed") == [
        "ACME: Root",
        "GLOBEX: Root",
        "operator: Root",
    ]
    event = AuditEvent.objects.filter(action="person.email_changed")[0]
    assert event.detail == {"before": before, "after": "thief@elsewhere.example"}


def test_a_removed_second_factor_is_in_the_customers_chain(staff_client, staff, vera):
    key = Authenticator.objects.create(user=vera.user, type="totp", data={})
    staff_client.force_login(staff)
    url = reverse(
        "admin:mfa_authenticator_delete",
        args=[key.pk],
        urlconf="vms_portal.urls.backoffice",
    )
    staff_client.post(url, {"confirmed": "on", "reason": "lost the phone"})
    assert told("staff.second_factor_removed") == [
        "ACME: Root",
        "GLOBEX: Root",
        "operator: Root",
    ]


def test_a_members_person_becomes_no_staff(staff_client, staff, vera):
    staff_client.force_login(staff)
    url = reverse(
        "admin:tenants_user_change",
        args=[vera.user_id],
        urlconf="vms_portal.urls.backoffice",
    )
    form = {
        "email": vera.user.email,
        "name": "Vera",
        "language": "en",
        "is_active": "on",
        "is_staff": "on",
    }
    assert "an account of their own" in staff_client.post(url, form).text


def test_what_a_new_person_may_do_is_told(staff_client, staff):
    staff_client.force_login(staff)
    form = {
        "email": "new@operator.example",
        "name": "New",
        "language": "en",
        "is_active": "on",
        "is_staff": "on",
        "is_superuser": "on",
    }
    staff_client.post(reverse("admin:tenants_user_add"), form)
    changes = AuditEvent.objects.get(action="staff.added").detail["changes"]
    given = {name: change["after"] for name, change in changes.items()}
    assert given["is_staff"] is given["is_superuser"] is True
    assert given["email"] == "new@operator.example"


def test_an_act_without_words_is_not_recorded(admin):
    with pytest.raises(UnknownAction):
        record(actor=admin, action="member.promoted", target=admin)


def test_every_act_of_the_code_has_words():
    assert acts_have_words(None) == []


def test_an_act_without_words_is_found_at_the_start(tmp_path: Path):
    file = tmp_path / "services.py"
    file.write_text('audit.record(action="member.promoted" if x else "token.created")')
    (error,) = unnamed_acts(file)
    assert error.msg == "services.py:1: no app has words for member.promoted."


@pytest.mark.parametrize("language", ["fr", "nl", "de"])
def test_the_words_of_every_act_are_translated(language):
    subjects = [subject.words for subject in SUBJECTS.values()]
    texts = [*ACTIONS.values(), *subjects]
    with translation.override("en"):
        english = list(map(str, texts))
    with translation.override(language):
        same = [
            text for text, word in zip(english, texts, strict=True) if text == str(word)
        ]
    # Words that are written alike.
    assert set(same) <= {
        "Destinations",
        "Sites",
        "Contracts",
        "Invitations",
        "Voice Continuity",
    }
