"""The back office asks before somebody loses access, and keeps the reason."""

import pytest
from django.urls import reverse

from tenants.models import AuditEvent, User


@pytest.fixture
def office(staff_client, staff):
    staff_client.force_login(staff)
    return staff_client


def person_form(user, **more) -> dict:
    values = {"email": user.email, "name": user.name, "language": user.language}
    return {**values, "is_active": "on", **more}


def test_who_is_deactivated_is_asked_about_first(office, admin):
    where = reverse("admin:tenants_user_change", args=[admin.user_id])
    sent = person_form(admin.user)
    del sent["is_active"]
    for answer in ({}, {"confirmed": "on", "reason": " "}):
        page = office.post(where, sent | answer).text
        assert "can no longer sign in" in page
        assert "Acme SA has no other administrator." in page
        admin.user.refresh_from_db()
        assert admin.user.is_active
    office.post(where, sent | {"confirmed": "on", "reason": "left"})
    admin.user.refresh_from_db()
    assert not admin.user.is_active
    events = AuditEvent.objects.filter(action="staff.changed")
    assert [event.detail["reason"] for event in events] == ["left", "left"]


def test_a_new_name_is_saved_without_a_question(office, admin):
    where = reverse("admin:tenants_user_change", args=[admin.user_id])
    office.post(where, person_form(admin.user, name="Alice Two"))
    admin.user.refresh_from_db()
    assert admin.user.name == "Alice Two"
    for event in AuditEvent.objects.filter(action="staff.changed"):
        assert "reason" not in event.detail


def test_staff_rights_are_asked_about(office, db):
    person = User.objects.create_user("new@operator.example", name="New")
    where = reverse("admin:tenants_user_change", args=[person.pk])
    page = office.post(where, person_form(person, is_staff="on")).text
    assert "may do in the back office changes" in page
    person.refresh_from_db()
    assert not person.is_staff


def test_a_customer_is_made_inactive_with_a_reason(office, acme, admin, viewer):
    where = reverse("admin:tenants_tenant_change", args=[acme.pk])
    page = office.get(where)
    form = page.context["adminform"].form
    names = [name for name in form.fields if name != "is_active"]
    sent = {name: form[name].value() or "" for name in names}
    asked = office.post(where, sent).text
    assert "2 people can no longer use the portal" in asked
    acme.refresh_from_db()
    assert acme.is_active
    office.post(where, sent | {"confirmed": "on", "reason": "moved away"})
    acme.refresh_from_db()
    assert not acme.is_active
    event = AuditEvent.objects.get(action="staff.changed")
    assert event.detail["reason"] == "moved away"
