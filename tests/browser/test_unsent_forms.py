"""A form that could not be sent: said, and filled in again."""

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.sessions.models import Session
from django.db import transaction
from playwright.sync_api import expect

from numbers.models import GeographicNumber
from routing.models import Override
from tenants.models import Member
from tests.support.races import at_once, somebody_waits

PASSWORD = "correct horse battery"


@pytest.fixture
def olga(editor) -> Member:
    user = editor.user
    # The tests' own quick hasher is unknown to the running portal.
    user.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt", iterations=1000)
    user.save()
    return editor


def sign_in(page, member: Member) -> None:
    page.locator("input[name=login]").fill(member.user.email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_a_diversion_typed_after_the_session_ended_waits_in_its_form(
    page, olga, number
):
    page.goto("/account/login/")
    sign_in(page, olga)
    expect(page.get_by_role("heading", level=1)).to_have_text("Acme SA")
    page.goto(f"/numbers/{number.pk}/")
    divert = page.locator("#divert")
    divert.locator("summary").first.click()
    divert.locator("[name=other]").fill("0470 98 76 54")
    divert.locator("[name=reason]").fill("Fair in Liège")
    divert.get_by_role("radio", name="for 1 hour").check()
    Session.objects.all().delete()
    divert.get_by_role("button", name="Divert +32").click()
    expect(page.locator("#toasts")).to_contain_text("Calls were not diverted.")
    sign_in(page, olga)
    expect(page.locator("#kept-form")).to_contain_text("Fair in Liège")
    expect(divert.locator("[name=other]")).to_have_value("0470 98 76 54")
    expect(divert.locator("[name=other]")).to_be_visible()
    expect(divert.locator("[name=reason]")).to_have_value("Fair in Liège")
    expect(divert.get_by_role("radio", name="for 1 hour")).to_be_checked()
    assert not Override.objects.exists()


def test_what_was_undone_on_its_way_is_said_and_sent_once_more(page, olga, number):
    """In the page of a form that sends itself without leaving it."""
    page.goto("/account/login/")
    sign_in(page, olga)
    expect(page.get_by_role("heading", level=1)).to_have_text("Acme SA")
    page.goto("/numbers/")
    page.locator("a[hx-get$='/label/']").first.click()
    form = page.locator("form[hx-post$='/label/']")
    form.locator("[name=label]").fill("Fair in Liège")
    with transaction.atomic():
        GeographicNumber.objects.select_for_update().get(pk=number.pk)
        form.get_by_role("button").first.click()
        while not somebody_waits():
            page.wait_for_timeout(50)
        at_once(Session.objects.all().delete)
    toasts = page.locator("#toasts")
    expect(toasts).to_contain_text("Sign in again in another window")
    expect(form.locator("[name=label]")).to_have_value("Fair in Liège")
    assert page.url.endswith("/numbers/")
    window = page.context.new_page()
    window.goto("/account/login/")
    sign_in(window, olga)
    expect(window.get_by_role("heading", level=1)).to_have_text("Acme SA")
    form.get_by_role("button").first.click()
    expect(page.locator("main")).to_contain_text("Fair in Liège")
    assert GeographicNumber.objects.get(pk=number.pk).label == "Fair in Liège"
