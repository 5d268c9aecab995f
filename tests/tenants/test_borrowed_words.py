"""Sentences of allauth and Django that our own catalogue says better."""

import datetime as dt
import gettext
from pathlib import Path

import allauth
import pytest
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.utils import timezone, translation

from tenants.borrowed_words import BORROWED

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
