"""In a borrowed back office nothing opens a way in, and less is done at once."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.utils import timezone

from numbers.models import DestinationPolicy
from tenants.models import Invitation, Tenant, User
from tenants.services import invitations

PASSWORD = "tulips in the rain"


@pytest.fixture
def borrowed_office(staff_client, staff):
    """An open back office of an administrator who signed in a while ago."""
    staff.set_password(PASSWORD)
    staff.save()
    staff_client.force_login(staff)
    return staff_client


def person(user: User, **values: object) -> tuple[str, dict[str, object]]:
    """The form of a person with ``values``; None leaves a box empty."""
    form = {
        "email": user.email,
        "name": user.name,
        "language": user.language,
        "is_active": "on",
        "confirmed": "on",
        "reason": "Asked",
        **values,
    }
    sent = {name: value for name, value in form.items() if value is not None}
    return f"/tenants/user/{user.pk}/change/", sent


def colleague() -> User:
    return User.objects.create_user("fien@operator.example", is_staff=True)


def made_staff():
    return person(User.objects.create_user("fien@operator.example"), is_staff="on")


def made_superuser():
    return person(colleague(), is_staff="on", is_superuser="on")


def one_more_group():
    group = Group.objects.get_or_create(name="finance")[0]
    return person(colleague(), is_staff="on", groups=[group.pk])


def let_in_again():
    user = colleague()
    User.objects.filter(pk=user.pk).update(is_active=False)
    return person(user, is_staff="on")


def another_address():
    return person(colleague(), is_staff="on", email="somebody@elsewhere.example")


def new_colleague():
    form = {
        "email": "fien@operator.example",
        "language": "en",
        "is_active": "on",
        "is_staff": "on",
    }
    return "/tenants/user/add/", form


def no_second_step():
    factor = Authenticator.objects.create(user=colleague(), type="totp", data={})
    form = {"confirmed": "on", "reason": "Lost"}
    return f"/mfa/authenticator/{factor.pk}/delete/", form


def invitation():
    form = {"tenant": Tenant.objects.get().pk, "email": "x@y.example", "role": "admin"}
    return "/tenants/invitation/add/", form


def accounts() -> list[object]:
    """Everything that says who gets in and may call where, but for when they did."""
    people = User.objects.order_by("pk").values_list(
        "email", "is_staff", "is_superuser", "is_active", "groups", "password"
    )
    factors = Authenticator.objects.values_list("pk")
    policies = DestinationPolicy.objects.values_list(
        "opt_in", "international", "daily_cap"
    )
    customers = Tenant.objects.values_list("is_active")
    invited = Invitation.objects.values_list("email")
    return [*people, *factors, *invited, *policies, *customers]


def customer_back():
    acme = Tenant.objects.get()
    Tenant.objects.update(is_active=False)
    form = {
        "name": acme.name,
        "language": acme.language,
        "country": acme.country,
        "vat_treatment": acme.vat_treatment,
        "is_active": "on",
    }
    return f"/tenants/tenant/{acme.pk}/change/", form


def policy(**values: object) -> tuple[str, dict[str, object]]:
    form = {"tenant": Tenant.objects.get().pk, "international": "", "daily_cap": "20"}
    return "/numbers/destinationpolicy/add/", {**form, **values}


def approved_country():
    return policy(international="+33")


def special_numbers():
    return policy(opt_in=["078"])


def larger_cap():
    return policy(daily_cap="21")


WAYS_IN = [
    made_staff,
    made_superuser,
    one_more_group,
    let_in_again,
    another_address,
    new_colleague,
    no_second_step,
    invitation,
    customer_back,
    approved_country,
    special_numbers,
    larger_cap,
]


@pytest.mark.parametrize("way", WAYS_IN)
def test_a_borrowed_back_office_opens_no_way_in(borrowed_office, acme, way):
    address, form = way()
    before = accounts()
    asked = borrowed_office.post(address, form)
    assert "reauthenticate" in asked["Location"]
    assert accounts() == before
    done = borrowed_office.post(asked["Location"], {"password": PASSWORD})
    assert done.status_code == 302
    assert "reauthenticate" not in done["Location"]
    assert accounts() != before


QUERIES = [
    "?_changelist_filters=is_active__exact%3D0",
    "?_changelist_filters=q%3Dn%25C3%25BA%26p%3D1&_popup=1",
    "?language=en&tenant=",
]


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("way", WAYS_IN)
def test_a_kept_form_is_sent_whatever_its_address_says(
    borrowed_office, acme, way, query
):
    address, form = way()
    before = accounts()
    asked = borrowed_office.post(address + query, form)
    assert accounts() == before
    done = borrowed_office.post(asked["Location"], {"password": PASSWORD})
    assert done.status_code == 302
    assert accounts() != before


@pytest.mark.parametrize("act", ["again", "link"])
def test_a_borrowed_back_office_renews_no_link(borrowed_office, staff, acme, act):
    made = invitations.invite(
        by=staff, tenant=acme, email="x@y.example", role="admin", now=timezone.now()
    )
    asked = borrowed_office.post(f"/tenants/invitation/{made.pk}/{act}/")
    assert "reauthenticate" in asked["Location"]
    assert Invitation.objects.get() == made
    borrowed_office.post(asked["Location"], {"password": PASSWORD})
    assert Invitation.objects.count() == 2


@pytest.mark.parametrize(
    "less", [{"international": "+33"}, {"opt_in": ["078"]}, {"daily_cap": "5"}]
)
def test_a_policy_that_allows_less_is_saved_at_once(borrowed_office, acme, less):
    policy = DestinationPolicy.objects.create(
        tenant=acme, opt_in=["078"], international=["+33", "+352"]
    )
    form = {
        "international": "",
        "daily_cap": "20",
        "confirmed": "on",
        "reason": "Asked",
        **less,
    }
    url = f"/numbers/destinationpolicy/{policy.pk}/change/"
    assert "reauthenticate" not in borrowed_office.post(url, form)["Location"]
    policy.refresh_from_db()
    assert policy.international == (
        [less["international"]] if "international" in less else []
    )


def test_what_takes_rights_away_is_done_at_once(borrowed_office):
    address, form = person(colleague(), is_active=None)
    assert "reauthenticate" not in borrowed_office.post(address, form)["Location"]
    assert not User.objects.get(email="fien@operator.example").is_active
