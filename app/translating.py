"""The language put on the application: our catalogue of texts as a Qt translator, and Qt's own for the buttons that Qt names."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from app.language import ENGLISH, LANGUAGES, Language, speak
from app.theme.files import ASSETS

CONTEXT = "Tessera"
LOWERING = ("en",)
"""Languages in which a label begins small inside of a sentence."""
FOLDER = ASSETS / "languages"
_installed: list[QTranslator] = []


class Texts(QTranslator):
    """The files of one language: texts by the English text."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self._texts: dict[str, str] = {}
        for path in sorted((FOLDER / code).glob("*.json")):
            if path.name != SENTENCES:
                self._texts |= json.loads(path.read_text("utf-8"))

    def isEmpty(self) -> bool:
        return not self._texts

    def translate(self, context: str, text: str, disambiguation: str | None = None, n: int = -1) -> str:  # type: ignore[override]
        return self._texts.get(text) if context == CONTEXT else None  # type: ignore[return-value]  # None: Qt asks the next one


SENTENCES = "sentences.json"
"""What the engine and the readers of files say, with places for what they put in."""


class Retelling:
    """Sentences that come put together, known by their pattern: "must be within {low} to {high}, got {value}"."""

    def __init__(self, path: Path, texts: Texts) -> None:
        patterns = json.loads(path.read_text("utf-8")) if path.exists() else {}
        self._patterns = [(_compiled(pattern), told) for pattern, told in patterns.items()]
        self._texts = texts

    def __call__(self, sentence: str) -> str:
        if told := self._texts.translate(CONTEXT, sentence):
            return told
        for pattern, told in self._patterns:
            if found := pattern.fullmatch(sentence):
                return told.format(**{name: self._part(part) for name, part in found.groupdict().items()})
        return sentence

    def _part(self, part: str) -> str:
        """What stands in a place may be a sentence or a word itself."""
        return self(part) if part else part


def _compiled(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", pattern)
    return re.compile("".join(f"(?P<{part}>.+?)" if at % 2 else re.escape(part) for at, part in enumerate(parts)), re.DOTALL)


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
    retelling = Retelling(FOLDER / code / SENTENCES, texts)
    speak(Language(code, cache(lambda text: QCoreApplication.translate(CONTEXT, text)), cache(retelling), code in LOWERING))
