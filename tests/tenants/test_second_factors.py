"""Staff see who has a second step, never its secret, and remove a lost one."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.core import mail
from django.urls import reverse

from tenants.models import AuditEvent


@pytest.fixture
def factor(editor) -> Authenticator:
    return Authenticator.objects.create(
        user=editor.user, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"}
    )


def address(page: str, *args) -> str:
    name = f"admin:mfa_authenticator_{page}"
    return reverse(name, args=args, urlconf="vms_portal.urls.backoffice")


def test_the_secret_is_shown_nowhere(staff_client, staff, factor):
    staff_client.force_login(staff)
    for url in (address("changelist"), address("change", factor.pk)):
        page = staff_client.get(url)
        assert page.status_code == 200
        assert str(factor.user) in page.content.decode()
        assert "JBSWY3DPEHPK3PXP" not in page.content.decode()


def test_none_is_made_or_changed_by_hand(staff_client, staff, factor):
    staff_client.force_login(staff)
    sent = {"user": staff.pk, "type": "totp", "data": "{}"}
    assert staff_client.post(address("add"), sent).status_code == 403
    assert staff_client.post(address("change", factor.pk), sent).status_code == 403
    assert Authenticator.objects.get().user == factor.user


@pytest.mark.django_db(transaction=True)
def test_removing_one_is_asked_recorded_and_told(staff_client, staff, factor):
    staff_client.force_login(staff)
    url = address("delete", factor.pk)
    for sent in ({}, {"post": "yes"}, {"confirmed": "on", "reason": " "}):
        page = staff_client.post(url, sent)
        assert "without this step from now on" in page.content.decode()
        assert Authenticator.objects.exists()
    staff_client.post(url, {"confirmed": "on", "reason": "lost her phone"})
    assert not Authenticator.objects.exists()
    event = AuditEvent.objects.get(action="staff.second_factor_removed", tenant=None)
    assert event.actor_name == str(staff)
    assert event.target_label == str(factor.user)
    assert event.detail["reason"] == "lost her phone"
    assert mail.outbox[-1].to == [factor.user.email]
    assert "removed" in mail.outbox[-1].subject


def test_nobody_removes_those_of_many_people_at_once(staff_client, staff, factor):
    staff_client.force_login(staff)
    sent = {"action": "delete_selected", "_selected_action": factor.pk, "post": "yes"}
    staff_client.post(address("changelist"), sent)
    assert Authenticator.objects.exists()
    assert (
        "delete_selected"
        not in staff_client.get(address("changelist")).content.decode()
    )


def test_sales_staff_may_not(staff_client, factor, staff):
    staff.is_superuser = False
    staff.save()
    staff_client.force_login(staff)
    assert staff_client.get(address("changelist")).status_code == 403
    assert staff_client.post(address("delete", factor.pk)).status_code == 403


def test_every_page_of_the_back_office_is_ours():
    """A library's own page would change things that no trail keeps."""
    modules = {type(page).__module__ for page in admin.site._registry.values()}
    assert {module.partition(".")[0] for module in modules} <= {
        "tenants",
        "contracts",
        "numbers",
        "routing",
        "traffic",
        "billing",
    }


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", ("deuxièmes étapes de connexion", "personne", "Application d’auth")),
        ("nl", ("tweede stappen van aanmeldingen", "persoon", "Authenticator-app")),
        ("de", ("zweite Schritte der Anmeldung", "Person", "Authenticator-App")),
    ],
)
def test_allauths_list_speaks_the_language_of_staff(
    staff_client, staff, factor, language, said
):
    staff.language = language
    staff.save()
    staff_client.force_login(staff)
    page = staff_client.get(address("changelist")).text
    name, column, kind = (words.lower() for words in said)
    assert name in page.lower()
    assert kind in page.lower()
    head = page.partition("<thead")[2].partition("</thead>")[0]
    assert column in head.lower()
    for words in ("MFA", "authenticators", "Last used", 'alt="Search"', "Created at"):
        assert words not in page
