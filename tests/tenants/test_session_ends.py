"""A form sent after the session ended: nothing changed, said so, nothing typed lost."""

import time

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.hashers import make_password
from django.test import override_settings
from django.urls import get_resolver

from routing.models import Override
from tenants.models import Tenant
from tests.support.session_ends import (
    FORM,
    PASSWORD,
    divert,
    end_session,
    lose_session,
    olga,
    page,
    sign_in,
)
from vms_portal.kernel.web.kept_form import LIFE_SECONDS

__all__ = ["divert", "olga", "page"]


@pytest.mark.parametrize("end", [end_session, lose_session])
def test_who_wanted_to_divert_hears_that_calls_were_not(
    client, olga, divert, page, end
):
    answer = divert(end)
    told = client.get(answer["Location"]).text
    assert "Your session ended. Calls were not diverted." in told
    assert sign_in(client, olga, answer) == page
    text = client.get(page).text
    assert f'data-action="{page}divert/"' in text
    assert "0470 98 76 54" in text
    assert "Fair in Liège" in text
    assert not Override.objects.exists()
    assert "Fair in Liège" not in client.get(page).text


def test_htmx_leaves_the_page_for_the_sign_in(client, divert, page, settings):
    answer = divert(
        **{"hx-request": "true", "hx-current-url": settings.PORTAL_URL + page}
    )
    assert answer.status_code == 200
    assert answer["HX-Redirect"].startswith("/account/login/?next=/numbers/")
    assert "Calls were not diverted" in client.get(answer["HX-Redirect"]).text


def test_what_was_typed_waits_an_hour(client, olga, divert, page):
    sign_in(client, olga, divert())
    session = client.session
    session["kept_form"] = {
        **session["kept_form"],
        "at": time.time() - LIFE_SECONDS - 1,
    }
    session.save()
    assert "Fair in Liège" not in client.get(page).text


def test_a_stranger_who_signs_in_next_sees_nothing_of_it(
    client, divert, stranger, page, olga
):
    text = client.get("/").text
    assert "for_customer" not in text
    client.force_login(olga.user)
    form = {**FORM, "for_customer": olga.tenant_id}
    end_session(client)
    client.post(f"{page}divert/", form, headers={"referer": "http://localhost:8000/"})
    client.force_login(stranger.user)
    assert "Fair in Liège" not in client.get("/").text


@pytest.mark.parametrize(
    ("end", "said"), [(end_session, False), (lose_session, True), (end_session, True)]
)
def test_nor_does_a_colleague_of_the_same_customer(
    client, divert, olga, make_member, page, end, said
):
    """The form's own page, the same rights, another person; then its author."""
    colleague = make_member(olga.tenant, olga.role)
    client.force_login(olga.user)
    author = f'<input type="hidden" name="by_person" value="{olga.user_id}">'
    assert author in client.get(page).text
    answer = divert(end, **({"fields": {"by_person": olga.user_id}} if said else {}))
    client.force_login(colleague.user)
    assert "Fair in Liège" not in client.get(page).text
    kept = client.session["kept_form"]
    client.logout()
    session = client.session
    session["kept_form"] = kept
    session.save()
    assert "Fair in Liège" in client.get(sign_in(client, olga, answer)).text


@pytest.mark.parametrize("referer", ["", "http://evil.example/x", "//[", "javascript:"])
def test_a_form_from_nowhere_comes_back_to_the_first_page(divert, referer):
    assert divert(referer=referer)["Location"] == "/account/login/?next=/"


def test_other_forms_say_that_nothing_changed(client, admin, olga):
    client.force_login(admin.user)
    end_session(client)
    answer = client.post("/team/invite/", {"email": "x@y.example", "role": "viewer"})
    told = client.get(answer["Location"]).text
    assert "Your session ended. Nothing was changed." in told


OPEN = {
    "account_login": 200,
    "account_logout": 302,
    "account_reset_password": 200,
    "account_reset_password_from_key": 200,
    "mfa_authenticate": 302,
    "mfa_login_webauthn": 302,
}


def of_the_account(process: str) -> list[tuple[str, str]]:
    """Return (name, address) of every page of one's own account."""
    routed = get_resolver(f"vms_portal.urls.{process}").reverse_dict
    return [
        (name, f"/{route % dict.fromkeys(arguments, 1)}")
        for name in routed
        if isinstance(name, str)
        for route, arguments in routed.getlist(name)[0][0][:1]
        if route.startswith("account/")
    ]


@pytest.mark.parametrize("end", [end_session, lose_session])
@pytest.mark.parametrize("process", ["portal", "backoffice"])
def test_every_form_of_an_account_says_so(
    client, staff_client, admin, staff, process, end
):
    browser, person = (
        (client, admin.user) if process == "portal" else (staff_client, staff)
    )
    silent, addresses = {}, of_the_account(process)
    assert len(addresses) > 20
    for name, address in addresses:
        browser.force_login(person)
        end(browser)
        answer = browser.post(address, {"password": PASSWORD})
        told = (
            browser.get(answer["Location"]).text
            if answer.has_header("Location")
            else ""
        )
        if "Your session ended. Nothing was changed." not in told:
            silent[name] = answer.status_code
    assert silent == OPEN


def test_a_second_step_set_up_elsewhere_loses_nothing(client, admin, page, settings):
    totp.TOTP.activate(admin.user, totp.generate_totp_secret())
    client.force_login(admin.user, second_factor=False)
    answer = client.post(
        f"{page}divert/", FORM, headers={"referer": settings.PORTAL_URL + page}
    )
    assert answer["Location"] == f"/account/login/?next={page}"
    told = client.get(answer["Location"]).text
    assert "Sign in again with your second step." in told
    assert "Calls were not diverted." in told
    assert client.session["kept_form"]["page"] == page
    assert not Override.objects.exists()


def test_no_password_is_kept(client, admin):
    client.force_login(admin.user)
    end_session(client)
    client.post("/team/invite/", {"email": "x@y.example", "new_password": "secret-1"})
    kept = str(dict(client.session))
    assert "x@y.example" in kept
    assert "secret-1" not in kept


def test_the_back_office_says_so_and_keeps_it(staff_client, staff, acme, settings):
    address = f"/tenants/tenant/{acme.pk}/change/"
    staff.password = make_password(PASSWORD)
    staff.save()
    staff_client.force_login(staff)
    end_session(staff_client)
    answer = staff_client.post(
        address,
        {"name": "Acme Belgium"},
        headers={"referer": settings.BACKOFFICE_URL + address},
    )
    told = staff_client.get(answer["Location"]).text
    assert "Your session ended. Nothing was changed." in told
    kept = staff_client.session["kept_form"]
    with override_settings(PROCESS="backoffice"):
        staff_client.force_login(staff)
    session = staff_client.session
    session["kept_form"] = kept
    session.save()
    assert "Acme Belgium" in staff_client.get(address).text
    assert Tenant.objects.get(pk=acme.pk).name == "Acme SA"


def test_the_numbers_chosen_for_a_diversion_wait_too(client, olga, number, settings):
    client.force_login(olga.user)
    chosen = client.post("/numbers/divert/", {"ids": [number.pk]})
    page = chosen["Location"]
    assert f'action="{page}"' in client.get(page).text
    end_session(client)
    headers = {"referer": settings.PORTAL_URL + page}
    answer = client.post(page, {**FORM, "ids": [number.pk]}, headers=headers)
    assert sign_in(client, olga, answer) == page
    text = client.get(page).text
    assert 'data-action="/numbers/divert/"' in text
    assert "Fair in Liège" in text
    assert not Override.objects.exists()


def test_a_refused_form_is_found_again_on_its_page(client, editor, number, settings):
    """It is shown at an address that answers to no GET."""
    editor.user.set_password(PASSWORD)
    editor.user.save()
    client.force_login(editor.user)
    action, page = "/routing/settings/callers/", "/routing/settings/"
    assert client.post(action, {"kind": "block", "begins": "abc"}).status_code == 422
    end_session(client)
    headers = {"referer": settings.PORTAL_URL + action}
    answer = client.post(action, {"kind": "block", "begins": "0475"}, headers=headers)
    opened = {"sec-fetch-mode": "navigate"}
    back = client.get(sign_in(client, editor, answer), headers=opened)
    assert back["Location"] == page
    assert f'data-action="{action}"' in client.get(page).text


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/numbers/{n}/redirections/cfu/", "/numbers/{n}/"),
        ("/numbers/{n}/plan/publish/", "/numbers/{n}/plan/"),
        ("/m/{n}/on/", "/m/"),
        ("/first-steps/away/", "/"),
    ],
)
def test_the_address_of_a_form_leads_a_browser_to_its_page(
    client, editor, number, address, page
):
    client.force_login(editor.user)
    address, page = address.format(n=number.pk), page.format(n=number.pk)
    opened = client.get(address, headers={"sec-fetch-mode": "navigate"})
    assert opened["Location"] == page
    assert client.get(address).status_code == 405
