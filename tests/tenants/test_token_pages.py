"""API tokens on their page."""

import re
from functools import partial

import pytest
from django.test import override_settings
from django.utils import timezone

from tenants.models import ApiToken, AuditEvent, Member
from tenants.services import tokens
from tenants.services.invitations import invite
from tests.support.clients import ProcessClient
from tests.support.races import while_waiting

FORM = {"name": "Reports", "scopes": ["numbers:read"], "days": "30"}
URL = "/tokens/"


def shown(answer) -> str:
    found = re.search(r'value="(vms_[\w-]+)"', answer.content.decode())
    assert found
    return found[1]


def test_a_token_is_shown_once_and_works(client, viewer, acting_as, number):
    client.force_login(viewer.user)
    secret = shown(client.post(URL, FORM))
    assert secret not in client.get(URL).content.decode()
    client.logout()
    answer = client.get(
        "/api/v1/numbers/", headers={"authorization": f"Bearer {secret}"}
    )
    assert answer.json()["count"] == 1
    assert AuditEvent.objects.get().action == "token.created"
    assert secret not in str(AuditEvent.objects.values().get())


def test_the_list_says_in_words_what_a_token_may_do(client, viewer, make_token):
    make_token(viewer, scopes=["routing:read", "of_a_later_release"])
    client.force_login(viewer.user)
    page = client.get(URL).content.decode()
    table = page.partition("<tbody>")[2].partition("</tbody>")[0]
    assert "Read where calls go" in table
    assert "of_a_later_release" in table
    assert "routing:read" not in table


def test_nobody_hands_out_more_than_their_role_has(client, viewer):
    client.force_login(viewer.user)
    for scope in ("routing:write", "billing:read", "everything"):
        answer = client.post(URL, {**FORM, "scopes": [scope]})
        assert "problems" in answer.content.decode()
        with pytest.raises(tokens.ScopeRefused):
            tokens.create_token(
                by=viewer,
                name="x",
                scopes=[scope],
                life=tokens.LONGEST,
                now=timezone.now(),
            )
    assert not ApiToken.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_who_is_made_less_meanwhile_sees_the_form_again(acting_as, editor, role):
    """The role is changed while the form waits for its person."""
    browser = ProcessClient("portal", acting_as)
    form = {**FORM, "scopes": ["routing:write"]}

    def decide() -> None:
        rows = Member.objects.select_for_update()
        rows.filter(pk=editor.pk).update(role=role)

    with override_settings(PROCESS="portal", ROOT_URLCONF=browser.urlconf):
        browser.force_login(editor.user)
        send = partial(browser.post, URL, form)
        answer = while_waiting(
            lambda: Member.objects.select_for_update().get(pk=editor.pk), decide, send
        )
        if role == "editor":
            # The control: nothing is said where nothing was taken.
            assert shown(answer)
            return
        assert answer.status_code == 409
    assert "Your role was changed meanwhile. No token was created." in answer.text
    assert 'value="Reports"' in answer.text
    assert 'value="routing:write"' not in answer.text
    assert not ApiToken.objects.exists()


def test_a_withdrawn_token_stops_at_once(client, api, viewer):
    programs = api(viewer)
    assert programs.get("/api/v1/numbers/").status_code == 200
    client.force_login(viewer.user)
    url = f"/tokens/{ApiToken.objects.get().pk}/withdraw/"
    assert client.post(url).url == URL
    assert programs.get("/api/v1/numbers/").status_code == 401
    answer = client.post(url)
    assert answer.status_code == 409
    assert "This token was withdrawn before." in answer.text


def test_an_admin_sees_and_withdraws_everybodys(client, admin, viewer, make_token):
    make_token(viewer)
    client.force_login(admin.user)
    assert str(viewer) in client.get(URL).content.decode()
    url = f"/tokens/{ApiToken.objects.get().pk}/withdraw/"
    assert client.post(url).status_code == 302


def test_others_do_not_find_it(client, editor, viewer, stranger, make_token):
    make_token(viewer)
    url = f"/tokens/{ApiToken.objects.get().pk}/withdraw/"
    for member in (editor, stranger):
        client.force_login(member.user)
        assert client.post(url).status_code == 404
        assert client.post("/tokens/987654/withdraw/").status_code == 404
    assert ApiToken.objects.get().revoked_at is None


def test_withdrawing_a_token_or_an_invitation_asks_first(client, admin, make_token):
    """Programs stop at once, for good: one careless press must not do it."""
    make_token(admin)
    invite(by=admin, email="new@elsewhere.example", role="viewer", now=timezone.now())
    client.force_login(admin.user)
    for page, said in (
        ("/tokens/", "Programs that use it are refused at once"),
        ("/team/", "The link they were sent no longer works"),
    ):
        text = client.get(page).text
        before, _act, after = text.partition("/withdraw/")
        assert before.rpartition("<details")[2].startswith(' class="confirm"')
        assert said in after
