"""Finding a person by what they signed in with, before the database knows who asks."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.http import HttpRequest

from tenants.models import User
from vms_portal.kernel.data import row_security
from vms_portal.kernel.data.prepared import PreparedQuery
from vms_portal.kernel.mail.mailboxes import spelled_or_typed

PERSON = PreparedQuery(lambda key: User.objects.filter(pk=key))


class SignInBackend(AuthenticationBackend):
    """Shows the database the address first; who proved to be it, from then on.

    A customer's person is nobody in the back office, as staff are nobody in the
    portal. Each process counts wrong passwords and used codes by itself: signing in
    to the other would be a second try.
    """

    def authenticate(
        self, request: HttpRequest | None, **credentials: Any
    ) -> User | None:
        typed = str(credentials.get("email") or credentials.get("username") or "")
        email = credentials["email"] = spelled_or_typed(typed)
        with row_security.presented_email(email):
            user = super().authenticate(request, **credentials)
        if user is None or not is_served_here(user):
            return None
        row_security.apply(user=user.pk)
        return user

    def get_user(self, user_id: int) -> User | None:
        """As Django's, with SQL that is written once."""
        user = next(iter(PERSON.rows(user_id)), None)
        if user is None or not self.user_can_authenticate(user):
            return None
        return user if is_served_here(user) else None


def is_served_here(user: User) -> bool:
    return user.audience == settings.PROCESS
