"""Whom staff add gets a mail with the link to choose a password, in their language."""

import re
from urllib.parse import urlsplit

from django.contrib.auth.models import Group
from django.core import mail

from tenants.models import User
from tests.tenants.test_back_office import url


def test_new_staff_get_a_mail_and_choose_their_password(
    staff_client, staff, clerk, at_once, settings, django_capture_on_commit_callbacks
):
    clerk("finance")
    staff_client.force_login(staff)
    finance = Group.objects.get(name="finance")
    form = {
        "email": "New@Operator.example",
        "name": "New",
        "language": "nl",
        "is_staff": "on",
        "is_active": "on",
        "groups": [finance.pk],
    }
    with django_capture_on_commit_callbacks(execute=True):
        staff_client.post(url("user", "add"), form)
    user = User.objects.get(email="new@operator.example")
    assert not user.has_usable_password()
    assert list(user.groups.all()) == [finance]
    (letter,) = mail.outbox
    assert letter.to == [user.email]
    assert letter.subject.endswith("Kies uw wachtwoord")
    link = re.findall(r"http\S+/account/password/\S+", str(letter.body))[0]
    assert link.startswith(settings.BACKOFFICE_URL)
    staff_client.logout()
    path = urlsplit(link).path
    page = staff_client.get(path, follow=True)
    choice = {"password1": "tulips in the rain", "password2": "tulips in the rain"}
    assert staff_client.post(page.redirect_chain[-1][0], choice).status_code == 302
    user.refresh_from_db()
    assert user.check_password("tulips in the rain")


def test_who_may_not_sign_in_yet_gets_no_link_until_they_may(
    staff_client, staff, at_once, django_capture_on_commit_callbacks
):
    staff_client.force_login(staff)
    form = {"email": "new@acme.example", "name": "New", "language": "de"}
    with django_capture_on_commit_callbacks(execute=True):
        staff_client.post(url("user", "add"), form)
    assert mail.outbox == []
    person = User.objects.get(email="new@acme.example")
    answer = {"is_active": "on", "confirmed": "on", "reason": "starts today"}
    with django_capture_on_commit_callbacks(execute=True):
        staff_client.post(url("user", "change", person.pk), form | answer)
    (letter,) = mail.outbox
    assert letter.subject.endswith("Wählen Sie Ihr Passwort")


def test_the_trail_of_it_is_in_the_language_of_whoever_reads(
    staff_client, staff, clerk
):
    clerk("sales")
    sales = Group.objects.get(name="sales")
    staff_client.force_login(staff)
    User.objects.filter(pk=staff.pk).update(language="de")
    form = {
        "email": "new@operator.example",
        "name": "New",
        "language": "nl",
        "is_staff": "on",
        "groups": [sales.pk],
    }
    staff_client.post(url("user", "add"), form)
    person = User.objects.get(email="new@operator.example")
    answer = {"groups": [], "confirmed": "on", "reason": "left sales"}
    staff_client.post(url("user", "change", person.pk), form | answer)
    User.objects.filter(pk=staff.pk).update(language="fr")
    page = staff_client.get(url("user", "history", person.pk)).text
    assert "avant\u00a0: Ventes" in page
    for said in ("Person<", "Groups", "Vertrieb", "sales"):
        assert said not in page.partition('id="content"')[2].replace("left sales", "")
