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
