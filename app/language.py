"""The words of the window in the language that was chosen. Free of Qt, since documents and the session speak to people too."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

LANGUAGES = {"en": "English", "de": "Deutsch"}
"""By code, as each calls itself."""


class Language(NamedTuple):
    """How texts are said: ``translated`` turns an English text, ``retold`` an English sentence that was put together elsewhere."""

    code: str = "en"
    translated: Callable[[str], str] = str
    retold: Callable[[str], str] = str
    lowers: bool = True
    """Whether a label begins small inside of a sentence."""
    point: str = "."
    """What stands before the decimals of a number."""


ENGLISH = Language()
_spoken = [ENGLISH]


def speak(language: Language) -> None:
    """Say everything in this language from now on."""
    _spoken[0] = language


def spoken() -> Language:
    return _spoken[0]


def tr(text: str, /, **values: object) -> str:
    """``text`` in the language of the window, with ``values`` where it names them."""
    said = _spoken[0].translated(text)
    return said.format(**values) if values else said


def marked(text: str) -> str:
    """A text of a table or constant, as it is; whoever shows it says ``tr`` of it."""
    return text


def retold(sentence: str) -> str:
    """What the engine, the worker or a reader of files said in English, as far as its pattern is known."""
    return _spoken[0].retold(sentence)


def numeral(text: str) -> str:
    """A number that is written with a point, as the language writes it."""
    return text.replace(".", _spoken[0].point)


def inside(label: str) -> str:
    """A label as it stands inside of a sentence: small in English; in German nouns stay large."""
    return label.lower() if _spoken[0].lowers else label


def large(words: str) -> str:
    """Words as they begin a line."""
    return words[:1].upper() + words[1:]
