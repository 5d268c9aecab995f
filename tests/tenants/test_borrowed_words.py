"""Sentences of allauth and Django that our own catalogue says better."""

import datetime as dt
import gettext
from pathlib import Path

import allauth
import django.contrib.admin
import pytest
import simple_history
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.utils import timezone, translation

from tenants.words.library_translations import BORROWED, TITLES

ALLAUTH = Path(allauth.__file__).parent / "locale"


@pytest.mark.parametrize("sentence", BORROWED)
def test_allauth_still_says_it(sentence):
    """One that allauth words anew would come back untranslated by us."""
    theirs = gettext.translation("django", ALLAUTH, ["nl"])
    assert sentence in vars(theirs)["_catalog"]


def test_our_words_win():
    with translation.override("nl"):
        sentence = translation.gettext("Please type your current password.")
    assert sentence == "Voer uw huidige wachtwoord in."


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", "vor 2 Monaten, 1 Woche"),
        ("fr", "il y a 2 mois, 1 semaine"),
        ("nl", "2 maanden, 1 week geleden"),
    ],
)
def test_the_past_is_told_in_good_words(language, words):
    past = timezone.now() - dt.timedelta(days=70)
    with translation.override(language):
        assert naturaltime(past).replace("\u00a0", " ") == words


def test_a_wrong_password_is_refused_in_our_words(client, db):
    with translation.override("en"):  # What the request activates ends here.
        answer = client.post(
            "/account/login/",
            {"login": "nobody@acme.example", "password": "wrong"},
            headers={"accept-language": "nl"},
        )
    assert "Het e-mailadres of het wachtwoord is niet juist." in answer.text


@pytest.mark.parametrize("sentence", TITLES)
def test_the_back_office_still_says_it(sentence):
    said = "".join(
        path.read_text()
        for package in (django.contrib.admin, simple_history)
        for path in Path(str(package.__file__)).parent.glob(
            "locale/*/LC_MESSAGES/django.po"
        )
    )
    assert f'msgid "{sentence}"' in said


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("fr", "Ajouter\N{NO-BREAK SPACE}: commande"),
        ("nl", "Toevoegen: bestelling"),
        ("de", "Hinzufügen: Bestellung"),
    ],
)
def test_a_title_of_the_back_office_begins_with_a_capital(
    staff_client, staff, language, title
):
    staff.language = language
    staff.save()
    staff_client.force_login(staff)
    assert f"<h1>{title}</h1>" in staff_client.get("/billing/order/add/").text
