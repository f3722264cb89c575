"""Every text of the window, found in its code and in the catalogue of node types: ``python -m tests.app.texts de`` prints what it lacks."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from app.actions import MENUS, ROWS, SUBMENUS
from app.examples import examples
from app.node_words import WORDS_OF_KINDS, words_of
from app.theme.tokens import DARK
from app.translating import SENTENCES
from graph_engine import Catalogue, discover
from graph_engine.open_types import said

APP = Path(__file__).resolve().parents[2] / "app"
LANGUAGES = APP.parent / "assets" / "languages"
SAYING = ("tr", "marked")
TAKING = {
    "QLabel", "QPushButton", "QCheckBox", "QRadioButton", "QAction", "QGroupBox", "QDockWidget", "QToolBar",
    "setText", "setToolTip", "setPlaceholderText", "setAccessibleName", "setAccessibleDescription", "setWindowTitle", "setTitle",
    "addAction", "addMenu", "addItem", "addTab", "addButton", "setTabText", "setTabToolTip", "setStatusTip", "setInformativeText", "apply",
    "apply_whole",
}  # fmt: skip
"""What shows the texts that it is given, or names an edit with them."""
WORDS = {"text", "toolTip", "placeholderText", "title"}
"""Properties by which a widget is given a text when it is made."""
WITHOUT_WINDOW = {"script", "queue"}
NAMES = {"Tessera", "1:1"}
"""The same in every language."""


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(APP.rglob("*.py")):
        where = path.relative_to(APP)
        if where.parts[0] not in WITHOUT_WINDOW:
            yield str(where), ast.parse(path.read_text("utf-8"))


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _constants(found: ast.expr) -> Iterator[str]:
    """The texts that an argument can be: itself, or the sides of a condition."""
    if isinstance(found, ast.Constant) and isinstance(found.value, str):
        yield found.value
    elif isinstance(found, ast.IfExp):
        yield from _constants(found.body)
        yield from _constants(found.orelse)


def texts_of_code() -> Iterator[tuple[str, str, frozenset[str]]]:
    """Where a text stands, the text, and the names of the values that it is given."""
    for where, tree in modules():
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call) and _called(node) in SAYING and node.args):
            for text in _constants(call.args[0]):
                yield where, text, frozenset(keyword.arg or "" for keyword in call.keywords)


def texts_of_actions() -> set[str]:
    rows = {text for row in ROWS if row.menu not in ("Interface scale", "Language") for text in (row.text, row.tip) if text}
    return rows | set(MENUS) | set(SUBMENUS)


def texts_of_nodes(catalogue: Catalogue) -> set[str]:
    types = {
        kind for node_type in catalogue.values() for end in (*node_type.inputs, *node_type.outputs) for kind in said(end.type).split(" or ")
    }
    return {text for node_type in catalogue.values() for text in words_of(node_type)} | types | set(DARK.types) | set(WORDS_OF_KINDS)


def texts_of_examples() -> set[str]:
    return {text for example in examples() for text in (example.name, example.description)}


def installed() -> Catalogue:
    return Catalogue.from_json(discover("nodes.library").to_json())


def untold() -> Iterator[str]:
    """Texts that go to a widget or name an edit as they stand in the code."""
    for where, tree in modules():
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            given = call.args if _called(call) in TAKING else []
            given = [*given, *(keyword.value for keyword in call.keywords if keyword.arg in WORDS and _called(call)[:1] == "Q")]
            for found in given:
                if any(_is_said(text) for text in _literals(found)):
                    yield f"{where}:{found.lineno}: {ast.unparse(found)}"


def _literals(found: ast.expr) -> Iterator[str]:
    yield from _constants(found)
    if isinstance(found, ast.JoinedStr):
        yield "".join(str(part.value) for part in found.values if isinstance(part, ast.Constant))


def _is_said(text: str) -> bool:
    for name in NAMES:
        text = text.replace(name, "")
    return "<" not in text and any(letter.isalpha() for letter in text) and not text.startswith("Ctrl+")


def catalogued(language: str) -> dict[str, str]:
    return {
        key: text
        for path in sorted((LANGUAGES / language).glob("*.json"))
        if path.name not in SENTENCES
        for key, text in json.loads(path.read_text("utf-8")).items()
    }


def missing(language: str) -> dict[str, list[str]]:
    known = catalogued(language)
    window = {text for _, text, _ in texts_of_code()} | texts_of_actions()
    nodes = texts_of_nodes(installed()) - window
    found = {"window": window, "nodes": nodes, "examples": texts_of_examples() - window - nodes}
    return {what: sorted(texts - known.keys()) for what, texts in found.items()}


if __name__ == "__main__":
    print(json.dumps(missing(sys.argv[1]), indent=1, ensure_ascii=False))
