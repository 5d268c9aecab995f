"""Finding a person by what they signed in with, before the database knows who asks."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from tenants.models import User
from vms_portal.kernel import scoping
from vms_portal.kernel.mailboxes import spelled_or_typed


class SignInBackend(AuthenticationBackend):
    """Shows the database the address first; who proved to be it, from then on."""

    def authenticate(
        self, request: HttpRequest | None, **credentials: Any
    ) -> User | None:
        typed = str(credentials.get("email") or credentials.get("username") or "")
        email = credentials["email"] = spelled_or_typed(typed)
        with scoping.presented_email(email):
            user = super().authenticate(request, **credentials)
        if user is not None:
            scoping.apply(user=user.pk)
        return user
