"""One word a thing: the catalogues keep to docs/glossary.md."""

import gettext
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings

GLOSSARY = Path(__file__).resolve().parents[2] / "docs" / "glossary.md"
LANGUAGES = ("fr", "nl", "de")
# What is filled in, a tag, and what is typed as it stands.
LITERAL = re.compile(r"%\(\w+\)[sd]|<[^>]+>|\bsite:")


@dataclass(frozen=True)
class Term:
    """Words of a term by language, and the words it must never have."""

    english: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]]
    never: Mapping[str, tuple[str, ...]]

    def is_in(self, text: str) -> bool:
        found = "|".join(map(re.escape, self.english))
        told = LITERAL.sub("", plain(text))
        return bool(re.search(rf"(?<![\w-])(?:{found})(?![\w-])", told))


def plain(text: str) -> str:
    """Without what only sets the type: unbreakable spaces, soft hyphens."""
    return text.replace("\u00a0", " ").replace("\u00ad", "").casefold()


def _words(cell: str, sign: str = ",") -> tuple[str, ...]:
    return tuple(plain(word.strip()) for word in cell.split(sign) if word.strip())


def read(text: str) -> Iterator[Term]:
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|") or cells[0] == "English" or cells[0][:3] == "---":
            continue
        english, fr, nl, de, never, _meaning = cells
        banned = [word.split(" ", 1) for word in _words(never, ";")]
        assert {language for language, _ in banned} <= set(LANGUAGES), line
        yield Term(
            _words(english),
            {"fr": _words(fr), "nl": _words(nl), "de": _words(de)},
            {code: tuple(w for c, w in banned if c == code) for code in LANGUAGES},
        )


TERMS = list(read(GLOSSARY.read_text()))


def texts(language: str) -> Iterator[tuple[str, str]]:
    """Each English text of our own catalogue with its translation."""
    (directory,) = settings.LOCALE_PATHS
    found = gettext.translation("django", directory, [language])
    for msgid, text in vars(found)["_catalog"].items():
        english = msgid[0] if isinstance(msgid, tuple) else msgid
        if english:
            yield english.rpartition("\x04")[2], text


def strays(language: str, pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Say which translations leave the glossary, and how."""
    found = []
    for english, text in pairs:
        told = plain(text)
        named = [term for term in TERMS if term.is_in(english)]
        for term in named:
            # A text that names two terms has the words of both.
            others = {
                w for other in named if other != term for w in other.words[language]
            }
            if not any(word in told for word in term.words[language]):
                found.append(f"{term.english[0]}: {english!r} says {text!r}")
            for word in term.never[language]:
                if word in told and not any(word in own for own in others):
                    found.append(f"{term.english[0]} is not {word!r}: {text!r}")
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_term_has_one_translation(language):
    assert strays(language, texts(language)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_term_of_the_glossary_is_used(language):
    told = [english for english, _ in texts(language)]
    assert [term for term in TERMS if not any(map(term.is_in, told))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_terms_never_share_their_word(language):
    firsts = [term.words[language][0] for term in TERMS]
    assert sorted(firsts) == sorted(set(firsts))


@pytest.mark.parametrize(
    ("language", "english", "text"),
    [
        ("nl", "Diverted", "Omgeleid"),
        ("de", "Rerouted", "Umgeleitet"),
        ("nl", "Number diverted", "Nummer doorgestuurd"),
        ("fr", "Delete the announcement", "Supprimer le message vocal"),
        ("fr", "Answered", "Répondu"),
        ("nl", "Discard the draft", "Het ontwerp verwerpen"),
        ("de", "Credit note issued", "Kreditnote ausgestellt"),
    ],
)
def test_a_second_translation_of_a_term_is_found(language, english, text):
    assert strays(language, [(english, text)]) != []
