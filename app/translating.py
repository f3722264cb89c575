"""The language put on the application: our catalogue of texts as a Qt translator, and Qt's own for the buttons that Qt names."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache, cached_property

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from app.language import ENGLISH, LANGUAGES, Language, numeral, speak
from app.theme.files import ASSETS
from app.wording import plain

CONTEXT = "Tessera"
LOWERING = ("en",)
"""Languages in which a label begins small inside of a sentence."""
POINTS = {"de": ","}
"""What stands before decimals, where it is no point."""
FOLDER = ASSETS / "languages"
_installed: list[QTranslator] = []


class Texts(QTranslator):
    """The files of one language: texts by the English text."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self._texts: dict[str, str] = {}
        for path in sorted((FOLDER / code).glob("*.json")):
            if path.name not in SENTENCES:
                self._texts |= json.loads(path.read_text("utf-8"))

    def isEmpty(self) -> bool:
        return not self._texts

    def translate(self, context: str, text: str, disambiguation: str | None = None, n: int = -1) -> str:  # type: ignore[override]
        return self._texts.get(text) if context == CONTEXT else None  # type: ignore[return-value]  # None: Qt asks the next one


SENTENCES = ("raised.json", "sentences.json")
"""What nodes raise and note, and what all others say, with places for what they put in. The second ends with the general ones."""
NAMING = ("where", "name", "role")
"""Places in which an input or a parameter is named, mostly by its id."""
OR = " or "
DEEPEST = 8
"""So far sentences stand in sentences; a text of another program may be nothing but colons."""


def sentences_of(code: str) -> dict[str, str]:
    """The patterns of a language: "must be within {low} to {high}, got {value}", and how each is said."""
    files = (FOLDER / code / name for name in SENTENCES)
    return {pattern: told for path in files if path.exists() for pattern, told in json.loads(path.read_text("utf-8")).items()}


class Retelling:
    """Sentences that come put together, known by their pattern."""

    def __init__(self, patterns: Mapping[str, str], texts: Texts) -> None:
        self._whole = {pattern: told for pattern, told in patterns.items() if not PLACE.search(pattern)}
        self._patterns = [Pattern(pattern, told) for pattern, told in patterns.items() if pattern not in self._whole]
        self._texts = texts

    def __call__(self, sentence: str, depth: int = 0) -> str:
        if told := self.known(sentence):
            return told
        if DECIMAL.fullmatch(sentence):
            return numeral(sentence)
        if depth < DEEPEST and (found := self.found(sentence)):
            pattern, parts = found
            return pattern.told.format(**{name: self._part(name, part, depth + 1) for name, part in parts.items()})
        return sentence

    def known(self, text: str) -> str:
        """A text that is told as it is, without places; empty where it is not known."""
        return self._texts.translate(CONTEXT, text) or self._whole.get(text, "")

    def found(self, sentence: str) -> tuple[Pattern, dict[str, str]] | None:
        """The first pattern that a sentence has, and what stands in its places."""
        return next(((known, parts) for known in self._patterns if (parts := known.parts_of(sentence))), None)

    def _part(self, name: str, part: str, depth: int) -> str:
        """What stands in a place may be a sentence itself, or a list of them."""
        told = self.word(name, part) or self(part, depth)
        if told == part and ", " in part:
            pieces = part.split(", ")
            each = [self(piece, depth) for piece in pieces]
            return ", ".join(each) if all(one != piece for one, piece in zip(each, pieces, strict=True)) else part
        return told

    def word(self, name: str, part: str) -> str:
        """What stands in a place as the name of a parameter, or as words to choose from; empty where it is neither."""
        if name.rstrip("0123456789") in NAMING and (told := self.known(plain(part))):
            return told
        words = [self.known(word) for word in part.split(OR)]
        return self.known(OR).join(words) if len(words) > 1 and all(words) else ""


PLACE = re.compile(r"\{(\w+)\}")
DECIMAL = re.compile(r"[-−+]?\d+\.\d+( ?[^\W\d]+)?")
"""A number with decimals, perhaps with its unit."""


class Pattern:
    """A sentence with places, compiled when the longest of its words are first met."""

    def __init__(self, pattern: str, told: str) -> None:
        self.pattern, self.told = pattern, told
        self._split = PLACE.split(pattern)
        self._longest = max(self._split[::2], key=len)

    def parts_of(self, sentence: str) -> dict[str, str] | None:
        """What stands in the places of a sentence, None where it is not of this pattern."""
        found = self._compiled.fullmatch(sentence) if self._longest in sentence else None
        return found.groupdict() if found else None

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile("".join(_place(part) if at % 2 else re.escape(part) for at, part in enumerate(self._split)), re.DOTALL)


def _place(name: str) -> str:
    """Any words; what a sentence speaks of never stands behind what came, whose own words may hold a colon."""
    return f"(?P<{name}>(?:(?!, got ).)+?)" if name == "where" else f"(?P<{name}>.+?)"


def language_of_system() -> str:
    code = QLocale.system().name().split("_")[0]
    return code if code in LANGUAGES else "en"


def apply_language(application: QCoreApplication, code: str) -> None:
    """Let the program speak a language from now on; what is on the screen already stays as it is."""
    for translator in _installed:
        application.removeTranslator(translator)
    _installed.clear()
    if code not in LANGUAGES or code == "en":
        speak(ENGLISH)
        return
    texts, of_qt = Texts(code), QTranslator()
    of_qt.load(f"qtbase_{code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    for translator in (of_qt, texts):
        application.installTranslator(translator)
        _installed.append(translator)
    translated = cache(lambda text: QCoreApplication.translate(CONTEXT, text))
    retelling = cache(Retelling(sentences_of(code), texts))
    speak(Language(code, translated, retelling, code in LOWERING, POINTS.get(code, ".")))
