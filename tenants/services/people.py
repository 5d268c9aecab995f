"""People, whatever they belong to."""

from allauth.account.models import EmailAddress
from django.db import transaction

from tenants.models import User


@transaction.atomic
def create_person(*, email: str, name: str, password: str, language: str) -> User:
    """Create a person whose e-mail address is proved: the link came by it."""
    user = User.objects.create_user(
        email, password, name=name, language=language or User.language.field.default
    )
    EmailAddress.objects.create(
        user=user, email=user.email, verified=True, primary=True
    )
    return user


@transaction.atomic
def change_email(*, user: User, email: str) -> User:
    """Give a person another address to sign in with, proved by the operator."""
    user.email = email.lower()
    user.save(update_fields=["email"])
    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(
        user=user, email=user.email, verified=True, primary=True
    )
    return user
