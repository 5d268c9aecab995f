"""How our catalogues speak: polite, calm, and with French spaces."""

import gettext
import re
from pathlib import Path

import pytest
from django.conf import settings

LANGUAGES = ("fr", "nl", "de")
# A French sign of two parts stands behind a space that never breaks.
LOOSE_SIGN = re.compile(r"(?:^|(?<=[^\s\u00a0])) ?[:;?](?=\s|$)|« | »")
# Names of people, customers and whatever people name themselves.
ELIDED = re.compile(
    r"\b(?:de|que|jusque) %(?:s|\((?:customer|current|email|invited|name|operator|other"
    r"|own|person|portal|who)\)s)",
    re.IGNORECASE,
)
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
TRANSLATED = re.compile(
    r"\{% blocktranslate.*?endblocktranslate %\}|\{% comment.*?endcomment %\}"
    # The reference of the API is in English for everybody.
    r"|\{#.*?#\}|aria-label=\"\{\{ title \}\}: \{\{ operation.method",
    re.DOTALL,
)
OWN_COLON = re.compile(r"(?:\}\}|%\}|</\w+>|<span[^>]*>): ")
# Written to be typed, not read.
LITERAL = re.compile(r"\bsite: ")
INFORMAL = {
    "fr": re.compile(r"\b(tu|toi|ton|tes|ta)\b", re.IGNORECASE),
    "nl": re.compile(r"\b([Jj]e|[Jj]ij|[Jj]ou|[Jj]ouw|[Jj]ullie)\b"),
    "de": re.compile(r"\b(du|dich|dir|dein\w*)\b"),
}


def sentences(language: str) -> list[str]:
    """Every text of our own catalogue, without its header."""
    (directory,) = settings.LOCALE_PATHS
    found = gettext.translation("django", directory, [language])
    catalogue: dict[object, str] = vars(found)["_catalog"]
    return [text for msgid, text in catalogue.items() if msgid]


@pytest.mark.parametrize("language", LANGUAGES)
def test_people_are_addressed_politely(language):
    informal = INFORMAL[language]
    assert [text for text in sentences(language) if informal.search(text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_shouted(language):
    assert [text for text in sentences(language) if "!" in text] == []


def test_french_signs_have_their_space():
    texts = [LITERAL.sub("", text) for text in sentences("fr")]
    assert [text for text in texts if LOOSE_SIGN.search(text) or "'" in text] == []


def test_no_name_stands_where_french_would_elide():
    """Whose name begins with a vowel would be "de Alice"; numbers never do."""
    assert [text for text in sentences("fr") if ELIDED.search(text)] == []


def test_the_rules_catch_what_they_are_for():
    assert ELIDED.search("Les appels de %(customer)s")
    assert not ELIDED.search("Les appels du client %(customer)s, plan de %(number)s")
    assert LOOSE_SIGN.search("Choisissez : ici")
    assert LOOSE_SIGN.search("Quand: demain")
    assert LOOSE_SIGN.search("« oui »")
    assert LOOSE_SIGN.search(" :")
    assert not LOOSE_SIGN.search("Quand\u00a0: à 08:30, «\u00a0oui\u00a0»")
    assert INFORMAL["de"].search("Bitte gib dein Passwort ein.")


def test_no_template_writes_a_colon_behind_a_name_itself():
    """In French a space stands before it: the page would be half English."""
    assert [
        f"{file.relative_to(TEMPLATES)}: {found.group()}"
        for file in sorted(TEMPLATES.rglob("*.html"))
        for found in OWN_COLON.finditer(TRANSLATED.sub("", file.read_text()))
    ] == []
    assert OWN_COLON.search("<a>{{ field.label }}</a>: {{ error }}")
