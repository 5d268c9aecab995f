"""Somebody who signs in with a password, before any second step."""

from allauth.account.models import EmailAddress

from tenants.models import User

PASSWORD, OTHER = "tulips in the rain", "daffodils in the sun"


def prepare(user: User) -> None:
    """Let a person sign in with a password."""
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(
        user=user, email=user.email, verified=True, primary=True
    )
