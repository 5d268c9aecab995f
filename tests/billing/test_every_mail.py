"""Every mail the product sends, in four languages, as its readers get it."""

import ast
import datetime as dt
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core import mail
from django.urls import Resolver404, resolve

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
from tenants.models import ApiToken, Invitation, Notice
from tenants.services import invitation_mail, person_events, warning_mail
from tenants.services.notices import WRITERS, tell_administrators
from tenants.services.passwords import send_first_link, send_reset
from tenants.sign_in.adapters import AccountAdapter
from tests.billing.test_ending import close
from tests.support.mails import send_due
from tests.support.october import NOW
from vms_portal.kernel.web.addresses import PORTAL_URLS, portal_address

LANGUAGES = ("en", "fr", "nl", "de")
FIRST = dt.date(2026, 12, 1)
MOBILE, PARIS = "+32470112233", "+33123456789"
TEMPLATES = Path(settings.BASE_DIR) / "templates"
# Who hands a text to the mail server; a new one belongs into ``write_all``.
SENDERS = {
    "routing/tasks.py:_tell_author",
    "tenants/services/invitation_mail.py:send",
    "tenants/services/notices.py:_write",
    "tenants/services/warning_mail.py:send",
}
LINK = re.compile(r"https?://\S+")
# What a reader trips over, by what it is called; links are left out.
SLIPS = {
    "a leaked value": r"\bNone\b|%\(|\{\{|\{%|<[a-z]|&\w+;|\bUndefined\b",
    "a raw date": r"\b\d{4}-\d\d-\d\d|\d\dT\d\d:",
    "two spaces": r"[ \u00a0]{2}",
    "a space at an end": r"[ \u00a0]\n",
    "a number in one piece": r"\+\d{5}",
    "an account in one piece": r"\bBE\d{8}",
    "a straight apostrophe": r"\w'\w",
    "straight quotes": r"\"",
}
ENGLISH = r"(?i)\b(the|your|you|this|calls|and|with|from|please|are|were|by)\b"
FRENCH = {
    "a cardinal first": r"\b1 (?=[a-zéû]{3,9} \d{4})",
    "a plain space before a sign": r" [:;!?»]",
    "no space before a sign": r"\w[:;!?»](?=\s)",
    "an elision": r"(?<![-\w])(?:[dD]e|[qQ]ue|[lL]e|[lL]a|[nN]e) (?i:[aeiouéêè])\w+",
}


def slips(message, language: str) -> list[str]:
    """Return what is wrong with a mail at a glance; links are judged apart."""
    found = []
    if "\n" in message.subject or not 10 <= len(message.subject) <= 78:
        found.append("the subject")
    text = f"{message.subject}\n{LINK.sub('…', message.body)}"
    rules = {**SLIPS, **(FRENCH if language == "fr" else {})}
    if language == "en":
        del rules["a straight apostrophe"]
    else:
        rules["English"] = ENGLISH
    return found + [name for name, rule in rules.items() if re.search(rule, text)]


def misled(message) -> list[str]:
    """Return the links that open no page of the side they name."""
    sides = {
        urlsplit(settings.PORTAL_URL).netloc: PORTAL_URLS,
        urlsplit(settings.BACKOFFICE_URL).netloc: "vms_portal.urls.backoffice",
    }
    wrong = []
    for link in LINK.findall(message.body):
        parts = urlsplit(link)
        try:
            resolve(parts.path, sides[parts.netloc])
        except (KeyError, Resolver404):
            wrong.append(link)
    return wrong


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
    stopping.end_number(
        number=numbers[0], last_day=FIRST, reason="Moves", actor=staff, now=NOW
    )
    names = (
        "a number stops",
        "a number is back",
        "numbers stop",
        "numbers are back",
        "another line",
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


@pytest.fixture
def write_all(acme, admin, editor, staff, orders, files, make_draft):
    """Return what has every mail written in a language, by the acts that cause it."""

    def write(language: str) -> dict:
        for person in (admin.user, editor.user, staff):
            person.language = language
            person.name = "Alice Lambert"
            person.save()
        acme.language = language
        acme.save()
        contract = make_draft("C-2026-003")
        return {
            **write_documents(acme, staff),
            **write_contract(contract, admin, staff),
            **write_numbers(acme, staff),
            **write_routing(acme, editor),
            **write_people(acme, editor, staff),
            **write_account(editor.user),
        }

    return write


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mail_reads_well_and_its_links_lead_somewhere(write_all, language):
    found = write_all(language)
    assert len(found) == 26 + len(account_mails())
    assert {name: s for name, m in found.items() if (s := slips(m, language))} == {}
    assert {name: w for name, m in found.items() if (w := misled(m))} == {}
    assert set(WRITERS) == set(Notice.objects.values_list("kind", flat=True))
    phone = "+32 2 550 00 00"
    assert [name for name, m in found.items() if phone not in m.body] == []


def test_a_mail_leads_to_the_number_it_is_about(write_all):
    found = write_all("en")
    first, second, third = GeographicNumber.objects.filter(tenant__reference="ACME")[:3]
    for name, number in (
        ("a number stops", first),
        ("a number ends", first),
        ("diversion over", second),
        ("new destination", second),
        ("left out", third),
    ):
        page = portal_address("routing:number_detail", number.pk)
        assert page in found[name].body, name
    assert portal_address("numbers:number_list") in found["numbers stop"].body.split()
    staff = found["password link for staff"].body
    assert LINK.findall(staff)[0].startswith(settings.BACKOFFICE_URL)


def test_whoever_sends_a_mail_is_known_here():
    found = set()
    root = Path(settings.BASE_DIR)
    for app in ("billing", "contracts", "numbers", "routing", "tenants", "traffic"):
        for path in (root / app).rglob("*.py"):
            tree = ast.parse(path.read_text())
            found |= {
                f"{path.relative_to(root)}:{function.name}"
                for function in ast.walk(tree)
                if isinstance(function, ast.FunctionDef) and hands_over(function)
            }
    # allauth's adapter sends what ``write_account`` and the reset have rendered.
    assert found - {"tenants/sign_in/adapters.py:send_mail"} == SENDERS


def test_no_mail_of_several_is_lost_or_repeated_with_another():
    """A loop over recipients that fails halfway: each has a row of its own instead."""
    found = set()
    root = Path(settings.BASE_DIR)
    for sender in SENDERS:
        path, name = sender.split(":")
        for function in ast.walk(ast.parse((root / path).read_text())):
            loops = (ast.For, ast.While, ast.comprehension)
            if isinstance(function, ast.FunctionDef) and function.name == name:
                found |= {
                    sender
                    for loop in ast.walk(function)
                    if isinstance(loop, loops) and hands_over(loop)
                }
    assert found == set()


def hands_over(function: ast.AST) -> bool:
    names = {"tell", "send_mail", "EmailMessage"}
    calls = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    return any(isinstance(call, ast.Name) and call.id in names for call in calls)


@pytest.mark.parametrize(
    ("subject", "body", "language", "slip"),
    [
        ("Facture", "Bonjour,", "fr", "the subject"),
        ("Votre facture\nBcc: x", "Bonjour,", "fr", "the subject"),
        ("Votre facture est prête", "le 1 octobre 2026", "fr", "a cardinal first"),
        ("Votre facture est prête", "Motif : x", "fr", "a plain space before a sign"),
        ("Votre facture est prête", "Motif: x", "fr", "no space before a sign"),
        ("Votre facture est prête", "numéros de Acme", "fr", "an elision"),
        ("Uw factuur is klaar", "op 2026-10-01", "nl", "a raw date"),
        ("Uw factuur is klaar", "Reden: None", "nl", "a leaked value"),
        ("Uw factuur is klaar", "Bel +3225500000", "nl", "a number in one piece"),
        ("Ihre Rechnung ist da", "zwei  Leerzeichen", "de", "two spaces"),
        ("Ihre Rechnung ist da", "Your invoices", "de", "English"),
        (
            "Ihre Rechnung ist da",
            "Konto BE68539007547034",
            "de",
            "an account in one piece",
        ),
    ],
)
def test_the_control_sees_each_slip(subject, body, language, slip):
    assert slip in slips(mail.EmailMessage(subject, body), language)


@pytest.mark.parametrize(
    "link", ["http://localhost:8000/nowhere/", "http://elsewhere.example/numbers/"]
)
def test_the_control_sees_a_link_that_leads_nowhere(link):
    assert misled(mail.EmailMessage("x", f"Here: {link}")) == [link]
