"""One's own account."""

from tenants.models import AuditEvent
from tenants.services.people import change_profile


def test_name_and_language_are_ones_own_to_change(client, viewer):
    client.force_login(viewer.user)
    assert client.get("/profile/").status_code == 200
    form = {"name": "Vera\u202e\x07 Maes ", "language": "de"}
    assert client.post("/profile/", form).url == "/profile/"
    viewer.user.refresh_from_db()
    assert (viewer.user.name, viewer.user.language) == ("Vera Maes", "de")
    assert client.get("/profile/").headers["Content-Language"] == "de"


def test_the_trail_knows_who_was_called_what(client, viewer):
    """It calls people by their names: nobody borrows one for a moment unseen."""
    before = viewer.user.name
    client.force_login(viewer.user)
    for language in ("de", "fr"):
        client.post("/profile/", {"name": "Adam Admin", "language": language})
    event = AuditEvent.objects.get()
    assert (event.tenant, event.action) == (viewer.tenant, "person.name_changed")
    assert event.detail == {"before": before, "after": "Adam Admin"}
    assert event.actor_id == viewer.user_id


def test_staff_leave_it_in_the_trail_of_the_operator(staff):
    change_profile(user=staff, name_before="Another")
    assert AuditEvent.objects.get().tenant is None


def test_nothing_else_is(client, viewer):
    client.force_login(viewer.user)
    form = {"name": "Vera", "language": "xx", "email": "x@y.example", "is_staff": "on"}
    answer = client.post("/profile/", form)
    assert answer.status_code == 422
    client.post("/profile/", {**form, "language": "fr"})
    viewer.user.refresh_from_db()
    assert not viewer.user.is_staff
    assert viewer.user.email != "x@y.example"


def test_a_visitor_signs_in_first(client, db):
    assert client.get("/profile/").url.startswith("/account/login/")
