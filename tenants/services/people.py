"""People, whatever they belong to."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from tenants import audit
from tenants.models import User
from vms_portal.kernel.mail import tell
from vms_portal.kernel.queue import after_commit


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


@transaction.atomic
def remove_second_factor(
    *, authenticator: Authenticator, by: User, reason: str = ""
) -> None:
    """Take a second step from somebody who lost it; they hear of it by mail.

    Who must have one sets up another at the next sign-in.
    """
    user = authenticator.user
    kind = authenticator.get_type_display()
    audit.record(
        actor=by, action="staff.second_factor_removed", target=user,
        detail={"kind": kind} | ({"reason": reason} if reason else {}),
    )  # fmt: skip
    authenticator.delete()
    after_commit(_tell_of_removal, user)


def _tell_of_removal(user: User) -> None:
    with translation.override(user.language):
        tell(
            user.email,
            _("A second step of your sign-in was removed"),
            _(
                "Our staff removed a second step of your sign-in. If you did not ask "
                "for it, call us at once: somebody else may be trying to get in."
            ),
        )
