"""The operator's staff: customers, people, invitations, the audit trail."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.urls import reverse

from tenants.models import AuditEvent, Invitation, StaffSession, Tenant
from tenants.staff_groups import RIGHTS

PAGES = ["tenant", "member", "user", "invitation", "auditevent"]
CUSTOMER = {
    "reference": "INITECH",
    "name": "Initech SA",
    "country": "BE",
    "language": "fr",
    "vat_treatment": "S",
    "is_active": "on",
    "street": "Korenmarkt 3",
    "postal_code": "9000",
    "city": "Gent",
}


WRONG_DETAILS = [
    ({"vat_number": "BE0123456789"}, "no valid VAT number"),
    ({"vat_number": "BE2123456749"}, "no valid VAT number"),
    ({"vat_treatment": "AE", "country": "FR"}, "Reverse charge needs"),
    ({"vat_treatment": "AE", "vat_number": "BE0123456749"}, "Reverse charge is for"),
    ({"country": "DE"}, "Consumers in other EU states"),
    ({"country": "XX", "vat_number": "BE0123456749"}, "Select a valid choice"),
    ({"postal_code": "ABC"}, "four digits"),
    ({"postal_code": "1 000"}, "four digits"),
]


def url(page: str, act: str = "changelist", *args: object) -> str:
    return reverse(
        f"admin:tenants_{page}_{act}", args=args, urlconf="vms_portal.urls.backoffice"
    )


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_and_nothing_is_deleted(staff_client, staff, admin, page):
    staff_client.force_login(staff)
    assert staff_client.get(url(page)).status_code == 200
    assert staff_client.get(f"{url(page)}?q=acme").status_code == 200
    target = {"tenant": admin.tenant, "member": admin, "user": admin.user}.get(page)
    if target:
        change = staff_client.get(url(page, "change", target.pk))
        assert change.status_code == 200
        delete = staff_client.post(url(page, "delete", target.pk), {"post": "yes"})
        assert delete.status_code == 403


@pytest.mark.parametrize(("details", "told"), WRONG_DETAILS)
@pytest.mark.parametrize("is_known", [False, True])
def test_details_that_make_invoices_unlawful_are_refused(
    staff_client, staff, acme, details, told, is_known
):
    staff_client.force_login(staff)
    address = url("tenant", "change", acme.pk) if is_known else url("tenant", "add")

    answer = staff_client.post(address, CUSTOMER | details)

    assert told in answer.text
    assert not Tenant.objects.filter(name="Initech SA").exists()


@pytest.mark.parametrize(
    ("written", "stored"),
    [("BE 0123.456.749", "BE0123456749"), ("BE1000003682", "BE1000003682")],
)
def test_a_vat_number_is_stored_compact_and_shown_in_groups(
    staff_client, clerk, written, stored
):
    staff_client.force_login(clerk("sales"))

    staff_client.post(url("tenant", "add"), CUSTOMER | {"vat_number": written})

    assert Tenant.objects.get(reference="INITECH").vat_number == stored
    shown = f"BE {stored[2:6]}.{stored[6:9]}.{stored[9:]}"
    for search in ("", f"?q={shown}", f"?q={stored}"):
        assert shown in staff_client.get(f"{url('tenant')}{search}").text


HEADINGS = ["Vue d’ensemble", "Clients", "Numéros", "Appels", "Contrats", "Facturation"]


def test_the_start_page_has_headings_in_the_language_of_its_reader(staff_client, staff):
    staff.language = "fr"
    staff.save()
    staff_client.force_login(staff)
    text = staff_client.get("/").text
    assert [word for word in HEADINGS if word not in text] == []
    assert "Tenants" not in text
    assert "Traffic" not in text


def test_a_customer_is_added_changed_and_recorded(staff_client, clerk):
    sales = clerk("sales")
    staff_client.force_login(sales)
    staff_client.post(url("tenant", "add"), CUSTOMER)
    tenant = Tenant.objects.get()
    form = {**CUSTOMER, "reference": "OTHER", "city": "Ghent"}
    staff_client.post(url("tenant", "change", tenant.pk), form)
    tenant.refresh_from_db()
    assert (tenant.reference, tenant.city) == ("INITECH", "Ghent")
    changed, added = AuditEvent.objects.filter(tenant=None)
    assert (added.action, changed.action) == ("staff.added", "staff.changed")
    assert changed.actor_id == sales.pk
    assert "City" in changed.detail["fields"]


def test_sales_invite_a_customers_first_admin(
    staff_client, clerk, acme, client, django_capture_on_commit_callbacks
):
    staff_client.force_login(clerk("sales"))
    form = {"tenant": acme.pk, "email": "Boss@Acme.example", "role": "admin"}
    with django_capture_on_commit_callbacks(execute=True):
        staff_client.post(url("invitation", "add"), form)
    invitation = Invitation.objects.get()
    assert invitation.email == "boss@acme.example"
    assert AuditEvent.objects.get(tenant=acme).action == "invitation.sent"
    (path,) = [p for p in mail.outbox[0].body.split() if "/invitations/" in p]
    answer = client.post(
        "/" + path.split("/", 3)[3],
        {"name": "Boss", "password": "tulips in the rain", "language": "fr"},
    )
    assert answer.url == "/"


def test_a_member_is_not_invited_twice(staff_client, staff, admin):
    staff_client.force_login(staff)
    form = {"tenant": admin.tenant_id, "email": admin.user.email, "role": "admin"}
    answer = staff_client.post(url("invitation", "add"), form)
    assert "member already" in answer.content.decode()
    assert not Invitation.objects.exists()


def test_another_address_is_proved_at_once(staff_client, staff, viewer):
    staff_client.force_login(staff)
    form = {
        "email": "vera@new.example",
        "name": "Vera",
        "language": "nl",
        "is_active": "on",
        "confirmed": "on",
        "reason": "Married",
    }
    staff_client.post(url("user", "change", viewer.user_id), form)
    address = EmailAddress.objects.get(user=viewer.user)
    assert (address.email, address.verified) == ("vera@new.example", True)


@pytest.mark.parametrize("group", RIGHTS)
def test_only_superusers_change_people_or_read_every_chain(staff_client, clerk, group):
    person = clerk(group)
    staff_client.force_login(person)
    assert staff_client.get(url("user", "add")).status_code == 403
    assert staff_client.get(url("auditevent")).status_code == 403
    answer = staff_client.post(
        url("user", "change", person.pk),
        {"email": person.email, "is_superuser": "on", "language": "fr"},
    )
    assert answer.status_code == 403
    person.refresh_from_db()
    assert not person.is_superuser


def test_groups_hold_what_is_written_and_nothing_more(clerk):
    finance = clerk("finance")
    assert finance.has_perm("tenants.view_tenant")
    assert finance.has_perm("billing.view_invoice")
    assert not finance.has_perm("tenants.change_tenant")
    sales = clerk("sales")
    assert sales.has_perm("contracts.add_contract")
    assert not sales.has_perm("tenants.change_user")
    for person in (finance, sales):
        assert not [p for p in person.get_all_permissions() if ".delete_" in p]


def test_the_trail_is_only_read(staff_client, staff, admin):
    from tenants.audit.record import record

    event = record(actor=admin, action="token.created", target=admin)
    staff_client.force_login(staff)
    page = staff_client.get(url("auditevent", "change", event.pk))
    assert page.status_code == 200
    assert b"API token created" in staff_client.get(url("auditevent")).content
    answer = staff_client.post(
        url("auditevent", "change", event.pk), {"action": "member.deactivated"}
    )
    assert answer.status_code == 403
    assert staff_client.get(url("auditevent", "add")).status_code == 403


@pytest.mark.parametrize("page", ["password_change/", "password_change/done/"])
def test_staff_change_their_password_on_the_page_everybody_has(
    staff_client, staff, page
):
    """Django's own page took any number of guesses, and told nobody."""
    staff.set_password("tulips in the rain")
    staff.save()
    staff_client.force_login(staff)
    form = {
        "old_password": "tulips in the rain",
        "new_password1": "another one 1",
        "new_password2": "another one 1",
    }
    for answer in (staff_client.get(f"/{page}"), staff_client.post(f"/{page}", form)):
        assert answer.url == "/account/password/change/"
    staff.refresh_from_db()
    assert staff.check_password("tulips in the rain")


def test_signing_out_of_the_back_office_is_recorded(staff_client, staff):
    staff_client.force_login(staff)
    assert staff_client.post("/logout/").status_code == 302
    assert AuditEvent.objects.get().action == "person.signed_out"
    assert not StaffSession.objects.exists()


def test_a_new_customer_needs_the_address_of_the_invoices(staff_client, staff):
    staff_client.force_login(staff)
    for name in ("street", "postal_code", "city"):
        answer = staff_client.post(url("tenant", "add"), CUSTOMER | {name: " "})
        assert "This field is required." in answer.text
    assert not Tenant.objects.filter(reference="INITECH").exists()
    abroad = {"country": "AE", "postal_code": "", "vat_treatment": "O"}
    staff_client.post(url("tenant", "add"), CUSTOMER | abroad)
    assert Tenant.objects.get(reference="INITECH").has_postal_address


@pytest.mark.parametrize("reference", ["Bakker & Co", "é"])
def test_a_reference_that_cannot_be_says_which_letters_can(
    staff_client, staff, reference
):
    staff_client.force_login(staff)
    answer = staff_client.post(
        url("tenant", "add"), CUSTOMER | {"reference": reference}
    )
    assert "no spaces or accents" in answer.text
    assert "“slug”" not in answer.text


def test_groups_are_filtered_and_told_in_words(staff_client, staff, clerk):
    clerk("sales")
    clerk("finance")
    staff.language = "fr"
    staff.save()
    staff_client.force_login(staff)
    page = staff_client.get(url("user") + "?group=finance")
    assert [user.email for user in page.context["cl"].result_list] == [
        "finance@operator.example"
    ]
    assert "Ventes" in staff_client.get(url("user", "add")).text


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("tenants_user", "password__startswith=pbkdf2"),
        ("tenants_user", "password=x"),
        ("tenants_invitation", "token_hash__startswith=a"),
        ("mfa_authenticator", "data__secret__startswith=g"),
    ],
)
def test_no_list_tells_how_a_secret_begins(staff_client, staff, page, query):
    staff_client.force_login(staff)
    address = reverse(f"admin:{page}_changelist")
    assert staff_client.get(f"{address}?{query}").status_code == 400
    assert staff_client.get(f"{address}?pk=1").status_code == 200


def test_no_address_looks_for_a_row_of_any_table(staff_client, staff):
    """Django's "view on site" reads tables that staff have no right to."""
    staff_client.force_login(staff)
    answers = {
        str(kind): staff_client.get(f"/r/{kind.pk}/1/").status_code
        for kind in ContentType.objects.all()
    }
    assert answers
    assert set(answers.values()) == {404}, answers
