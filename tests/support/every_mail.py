"""Each part of the product writes every mail it has."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

from django.conf import settings
from django.core import mail

from billing.models import Invoice
from billing.services import contracts, summaries
from billing.services.crediting import credit_in_full
from billing.tasks import apply_agreement, render_invoice, render_summary
from numbers.models import DestinationPolicy, GeographicNumber
from numbers.services import stopping
from numbers.services.lines import LineChange, note_lines
from routing import tasks
from routing.models import Override
from routing.services import forwarding
from routing.services.compiling import compile_customer
from tenants.models import ApiToken, Invitation
from tenants.services import invitation_mail, person_events, warning_mail
from tenants.services.notices import tell_administrators
from tenants.services.passwords import send_first_link, send_reset
from tenants.sign_in.adapters import AccountAdapter
from tests.billing.closed_months import close
from tests.support.mails import send_due
from tests.support.october import NOW
from vms_portal.kernel.web.addresses import portal_address

FIRST = dt.date(2026, 12, 1)
MOBILE, PARIS = "+32470112233", "+33123456789"
TEMPLATES = Path(settings.BASE_DIR) / "templates"


def write_documents(acme, staff) -> dict:
    acme.billing_email = "compta@acme.example"
    acme.save()
    close()
    invoice = Invoice.objects.get(tenant=acme)
    note = credit_in_full(invoice=invoice, reason="Double", actor=staff, now=NOW)
    for document in (invoice, note):
        render_invoice(document.pk)
    return dict(zip(("invoice", "credit note"), send_due(), strict=True))


def write_contract(contract, admin, staff) -> dict:
    """The life of a contract, from its summary to an end that is withdrawn."""
    found = {}
    summary = summaries.draw_up(contract=contract, actor=staff, now=NOW)
    render_summary(summary.pk)
    summary.refresh_from_db()
    summaries.send(summary=summary, actor=staff, now=NOW)
    found = dict(zip(("summary",), send_due(), strict=True))
    summary.refresh_from_db()
    summaries.agree(
        summary=summary, member=admin, has_accepted_terms=True, address=None, now=NOW
    )
    apply_agreement(summary.pk)
    found["agreement"], found["agreement for staff"] = send_due()
    told = {"contract": contract, "actor": staff, "now": NOW}
    contracts.activate(activated_on=FIRST, **told)
    contracts.terminate(last_day=FIRST, reason="Moves", **told)
    contracts.withdraw_end(reason="Stays", **told)
    acts = ("contract starts", "contract ends", "contract goes on")
    return found | dict(zip(acts, send_due(), strict=True))


def write_numbers(acme, staff) -> dict:
    numbers = list(GeographicNumber.objects.filter(tenant=acme)[:3])
    for some in (numbers[:1], numbers):
        act = {"numbers": some, "reason": "Unpaid", "actor": staff, "now": NOW}
        stopping.suspend_numbers(**act)
        stopping.resume_numbers(**act)
    told = LineChange(numbers[0].site, "+3225501200", MOBILE)
    note_lines(changes=[told], actor=staff, now=NOW, reason="PBX")
    again = replace(told, before=MOBILE)
    note_lines(changes=[again], actor=staff, now=NOW, reason="PBX")
    none = replace(told, before="", after="+3225501201")
    skipped = replace(again, is_chosen=False, rings=False)
    note_lines(changes=[none, again, skipped], actor=staff, now=NOW)
    stopping.end_number(
        number=numbers[0], last_day=FIRST, reason="Moves", actor=staff, now=NOW
    )
    names = (
        "a number stops",
        "a number is back",
        "numbers stop",
        "numbers are back",
        "another line",
        "a line again",
        "lines of sites that share them",
        "a number ends",
    )
    return dict(zip(names, send_due(), strict=True))


def write_routing(acme, editor) -> dict:
    """A new destination, one that is refused later, and a diversion that is over."""
    policy = DestinationPolicy.objects.create(tenant=acme, international=["+33"])
    first, second = GeographicNumber.objects.filter(tenant=acme)[1:3]
    before = len(mail.outbox)
    until = NOW + dt.timedelta(hours=1)
    for number, place in ((first, MOBILE), (second, PARIS)):
        forwarding.divert(
            numbers=[number], destination=place, until=until, member=editor, now=NOW
        )
        tasks.announce_destinations(acme.pk)
    policy.delete()
    compile_customer(acme, now=NOW + dt.timedelta(minutes=5))
    tasks.announce_left_out(acme.pk)
    send_due()
    forwarding.end_expired(now=until + dt.timedelta(minutes=1))
    tasks.tell_expired(acme.pk, Override.objects.get(number=first).pk)
    names = ("new destination", "new destination abroad", "left out", "diversion over")
    return dict(zip(names, mail.outbox[before:], strict=True))


def write_people(acme, editor, staff) -> dict:
    """What invited people, members and staff hear of their sign-in."""
    before = len(mail.outbox)
    invitation = Invitation.objects.create(
        tenant=acme,
        email="new@acme.example",
        role="editor",
        reason="On leave",
        invited_by=staff,
        expires_at=NOW,
        token_hash="x",
    )
    accept = portal_address("tenants:invitation_accept", "join-secret")
    invitation_mail.send(invitation, accept)
    tell_administrators(
        invitation_mail.BY_STAFF, tenant=acme, about=invitation.pk, now=NOW
    )
    send_due()
    warn(editor, staff)
    send_reset(email=editor.user.email, audience="portal")
    send_reset(email=staff.email, audience="backoffice")
    staff.set_unusable_password()
    staff.save()
    send_first_link(user_id=staff.pk)
    token = ApiToken.objects.create(
        tenant=acme,
        member=editor,
        name="Phone system",
        scopes=[],
        expires_at=NOW,
        revoked_at=NOW,
    )
    warning_mail.send(editor.user_id, warning_mail.TOKENS_ENDED, "", str(token.pk))
    names = (
        "invitation",
        "staff invited",
        "address changed",
        "step removed",
        "password link",
        "password link for staff",
        "welcome",
        "tokens ended",
    )
    return dict(zip(names, mail.outbox[before:], strict=True))


def warn(editor, staff) -> None:
    """Of what staff did to a sign-in: only what happened is told."""
    person, before = editor.user, "old@acme.example"
    for action, detail in (
        ("person.email_changed", {"before": before, "after": person.email}),
        ("staff.second_factor_removed", {"kind": "totp"}),
    ):
        person_events.record(
            user=person, by=staff, action=action, detail=detail, at=NOW
        )
    warning_mail.send(person.pk, warning_mail.ADDRESS_CHANGED, before, "")
    warning_mail.send(person.pk, warning_mail.STEP_REMOVED, "", "")


def write_account(person) -> dict:
    """allauth's own, from the templates that are there."""
    context = {
        "user": person,
        "ip": "192.0.2.7",
        "timestamp": NOW,
        "user_agent": "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0",
    }
    for prefix in sorted(account_mails()):
        AccountAdapter().send_mail(prefix, person.email, context)
    count = len(account_mails())
    return dict(zip(sorted(account_mails()), mail.outbox[-count:], strict=True))


def account_mails() -> set[str]:
    """Templates of mails that say what happened to an account."""
    paths = TEMPLATES.glob("*/email/*_subject.txt")
    names = {str(path.relative_to(TEMPLATES)) for path in paths}
    found = {name.removesuffix("_subject.txt") for name in names}
    # These carry a link; their own service writes them.
    return found - {"account/email/password_reset_key", "account/email/welcome"}
