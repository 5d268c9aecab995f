"""Every page of the portal for somebody to open: where it is and who sees it.

Pages about a customer come from ``ROUTES``, so an address added there is opened in
the browser without another line. Signing in and one's own account are listed here;
tests/browser/test_every_page.py fails for an address that nobody opens.
"""

from collections.abc import Callable
from dataclasses import dataclass

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.urls import reverse

from tenants.models import User
from tests.support.routes import ROUTES
from tests.support.world import World

# The portal as it is with VMS_DEMO=1.
PORTAL = "tests.support.demo_urls"
PASSWORD = "correct horse battery"
# Files to take along, parts that a page loads by itself, and answers for programs.
NO_PAGES = {
    "account_logout",
    "api:schema",
    "billing:home_panel",
    "billing:invoice_pdf",
    "billing:summary_pdf",
    "demo:code_show",
    "demo:person_enter",
    "healthz",
    "metrics",
    "mfa_download_recovery_codes",
    "mfa_login_webauthn",
    "mfa_reauthenticate_webauthn",
    "numbers:number_export",
    "readyz",
    "routing:home_panel",
    "set_language",
    "tenants:audit_export",
    "traffic:call_export",
    "traffic:home_panel",
    "traffic:number_panel",
    "traffic:statistics_export",
}
# What a page needs to be told before it is one.
QUERIES: dict[str, Callable[[World], str]] = {
    "routing:bulk_divert": lambda w: f"?ids={w.number.pk}",
    "routing:simulate": lambda w: "?caller=&at=",
}
# Opened in tests of their own: in every state, or in the middle of a sign-in.
ELSEWHERE = {"style_guide", "mfa_authenticate", "tenants:invitation_kept"}


@dataclass(frozen=True)
class People:
    """``admin`` has an app and recovery codes, ``plain`` only a key (no code app),
    ``bare`` came without a password; a visitor is nobody of them."""

    admin: User
    plain: User
    bare: User
    key: Authenticator


Place = tuple[str, Callable[[World, People], dict[str, object]]]


def nothing(world: World, people: People) -> dict[str, object]:
    return {}


def key(world: World, people: People) -> dict[str, object]:
    return {"pk": people.key.pk}


def reset(world: World, people: People) -> dict[str, object]:
    token = default_token_generator.make_token(people.plain)
    return {"uidb36": user_pk_to_url_str(people.plain), "key": token}


ACCOUNT: dict[str, Place] = {
    "account_login": ("visitor", nothing),
    "account_inactive": ("visitor", nothing),
    "account_reset_password": ("visitor", nothing),
    "account_reset_password_done": ("visitor", nothing),
    "account_reset_password_from_key": ("visitor", reset),
    "account_reset_password_from_key_done": ("visitor", nothing),
    "tenants:invitation_accept": (
        "visitor",
        lambda w, p: {"secret": f"invitation {w.code}"},
    ),
    "api_reference": ("visitor", nothing),
    "demo:people_list": ("visitor", nothing),
    "demo:mail_list": ("visitor", nothing),
    "account_change_password": ("admin", nothing),
    "account_set_password": ("bare", nothing),
    "account_reauthenticate": ("plain", nothing),
    "usersessions_list": ("admin", nothing),
    "mfa_index": ("admin", nothing),
    "mfa_activate_totp": ("plain", nothing),
    "mfa_deactivate_totp": ("admin", nothing),
    "mfa_reauthenticate": ("admin", nothing),
    "mfa_generate_recovery_codes": ("admin", nothing),
    "mfa_view_recovery_codes": ("admin", nothing),
    "mfa_list_webauthn": ("plain", nothing),
    "mfa_add_webauthn": ("admin", nothing),
    "mfa_edit_webauthn": ("plain", key),
    "mfa_remove_webauthn": ("plain", key),
}


def customer_pages() -> list[str]:
    """The names of all pages about a customer."""
    return [
        name
        for name, route in ROUTES.items()
        if route.GET and not name.startswith("api:") and name not in NO_PAGES
    ]


def customer_address(name: str, world: World) -> str:
    route = ROUTES[name]
    kwargs = route.kwargs(world) if route.kwargs else dict(route.fixed or {})
    query = QUERIES[name](world) if name in QUERIES else ""
    return reverse(name, kwargs=kwargs, urlconf=PORTAL) + query


def account_address(name: str, world: World, people: People) -> str:
    _who, kwargs = ACCOUNT[name]
    return reverse(name, kwargs=kwargs(world, people), urlconf=PORTAL)


def make_people(world: World) -> People:
    """Give the members of ``world`` what the pages of their accounts need."""
    admin, plain, bare = (
        world.members[role].user for role in ("admin", "viewer", "finance")
    )
    for user in (admin, plain):
        # The tests' own quick hasher is unknown to the running portal.
        user.password = PBKDF2PasswordHasher().encode(PASSWORD, "s", iterations=1000)
        user.save()
        EmailAddress.objects.create(
            user=user, email=user.email, verified=True, primary=True
        )
    bare.set_unusable_password()
    bare.save()
    totp.TOTP.activate(admin, totp.generate_totp_secret())
    RecoveryCodes.activate(admin)
    security_key = Authenticator.objects.create(
        user=plain,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "Key on the ring", "credential": {}},
    )
    return People(admin, plain, bare, security_key)
