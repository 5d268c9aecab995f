"""Warning people of what others did to their way in, whatever the mail server does."""

from collections.abc import Callable

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from tenants.models import ApiToken, AuditEvent, Member, User
from vms_portal.kernel.data import row_security
from vms_portal.kernel.mail.delivery import tell
from vms_portal.kernel.text import clean_text
from vms_portal.kernel.work.queue import after_commit_or_queue

TASK = "tenants.tasks.send_warning_mail"
ADDRESS_CHANGED, STEP_REMOVED = "address_changed", "step_removed"
TOKENS_ENDED = "tokens_ended"


class NotSo(ValueError):
    """What the warning would tell of never happened."""


@transaction.atomic
def warn(*, user: User, of: str, address: str = "", detail: str = "") -> None:
    """Write to the person once the act is committed, in their language.

    A mail that cannot be sent is listed, and the worker tries again. It goes to
    ``address``, else to the one they have by then.
    """
    after_commit_or_queue(TASK, send, user.pk, of, address, detail)


def send(user_id: int, of: str, address: str, detail: str) -> None:
    """Send it. ``NotSo``, also for a warning that has no words.

    Whoever takes a process over hands in any argument: what is told is looked up.
    """
    with row_security.person_scope(user_id):
        user = User.objects.get(pk=user_id)
        told = _names(user, detail) if of == TOKENS_ENDED else ""
    is_so = {
        ADDRESS_CHANGED: _knows(user, "person.email_changed", before=address),
        STEP_REMOVED: not address and _knows(user, "staff.second_factor_removed"),
        TOKENS_ENDED: bool(told) and not address,
    }
    if not is_so.get(of):
        raise NotSo(user_id, of)
    with translation.override(user.language):
        subject, text = WORDS[of](told)
        tell(address or user.email, subject, text)


def _knows(user: User, action: str, **detail: str) -> bool:
    """Does the operator's trail know of such an act on the person?

    It is staff's act, and the portal, which cannot write there, may write others.
    """
    own = AuditEvent.objects.filter(
        tenant=None, target_type=User._meta.label_lower, target_id=str(user.pk)
    )
    return own.filter(action=action, detail__contains=detail).exists()


def _names(user: User, keys: str) -> str:
    """Return the names of withdrawn tokens, with whichever customer of the person."""
    wanted = [int(key) for key in keys.split(",") if key]
    names: list[str] = []
    for member in Member.objects.filter(user=user).order_by("tenant"):
        with row_security.tenant_scope(member.tenant_id):
            ended = ApiToken.objects.filter(member=member, pk__in=wanted)
            over = ended.exclude(revoked_at=None).order_by("pk")
            names += over.values_list("name", flat=True)
    return ", ".join(map(clean_text, names))


def _address_changed(_told: str) -> tuple[str, str]:
    return (
        _("The address of your sign-in was changed"),
        _(
            "Our staff changed the e-mail address you sign in with; this one no "
            "longer opens your account. If you did not ask for it, call us at "
            "once: somebody else may be trying to get in."
        ),
    )


def _step_removed(_told: str) -> tuple[str, str]:
    return (
        _("A second step of your sign-in was removed"),
        _(
            "Our staff removed a second step of your sign-in. If you did not ask "
            "for it, call us at once: somebody else may be trying to get in."
        ),
    )


def _tokens_ended(names: str) -> tuple[str, str]:
    return (
        _("Your API tokens were withdrawn"),
        _(
            "These API tokens of yours no longer work: %(names)s. The programs "
            "that use them stop until they have new ones. Tokens end when a new "
            "password is chosen, when the address of a sign-in or a role changes "
            "and when access is taken away."
        )
        % {"names": names},
    )


WORDS: dict[str, Callable[[str], tuple[str, str]]] = {
    ADDRESS_CHANGED: _address_changed,
    STEP_REMOVED: _step_removed,
    TOKENS_ENDED: _tokens_ended,
}
