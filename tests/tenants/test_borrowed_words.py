"""Sentences of allauth that our own catalogue says better."""

import gettext
from pathlib import Path

import allauth
import pytest
from django.utils import translation

from tenants.borrowed_words import BORROWED

ALLAUTH = Path(allauth.__file__).parent / "locale"


@pytest.mark.parametrize("sentence", BORROWED)
def test_allauth_still_says_it(sentence):
    """One that allauth words anew would come back untranslated by us."""
    assert sentence in gettext.translation("django", ALLAUTH, ["nl"])._catalog


def test_our_words_win():
    with translation.override("nl"):
        sentence = translation.gettext("Please type your current password.")
    assert sentence == "Voer uw huidige wachtwoord in."


def test_a_wrong_password_is_refused_in_our_words(client, db):
    with translation.override("en"):  # What the request activates ends here.
        answer = client.post(
            "/account/login/",
            {"login": "nobody@acme.example", "password": "wrong"},
            headers={"accept-language": "nl"},
        )
    assert "Het e-mailadres of het wachtwoord is niet juist." in answer.text
