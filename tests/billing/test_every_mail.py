"""Every mail the product sends, in four languages, as its readers get it."""

import ast
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core import mail
from django.urls import Resolver404, resolve

from numbers.models import GeographicNumber
from tenants.models import Notice
from tenants.services.notices import WRITERS
from tests.support.every_mail import (
    account_mails,
    write_account,
    write_contract,
    write_documents,
    write_numbers,
    write_people,
    write_routing,
)
from vms_portal.kernel.web.addresses import PORTAL_URLS, portal_address

LANGUAGES = ("en", "fr", "nl", "de")
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
    assert len(found) == 28 + len(account_mails())
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
