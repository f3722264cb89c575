"""The window speaks another language completely: every text has its translation, none is written past it."""

import json
import string
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication, QDialogButtonBox

from app.language import inside, retold, tr
from app.node_words import catalogue_in_language
from app.session import Session
from app.translating import LANGUAGES, apply_language
from graph_engine import Catalogue
from tests.app.texts import catalogued, missing, texts_of_code, untold

OTHERS = [code for code in LANGUAGES if code != "en"]


@pytest.fixture
def german(qapp: QApplication) -> Iterator[None]:
    apply_language(qapp, "de")
    yield
    apply_language(qapp, "en")


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_of_the_window_of_the_nodes_and_of_the_examples_is_translated(language: str) -> None:
    assert missing(language) == {"window": [], "nodes": [], "examples": []}


def test_no_widget_and_no_edit_gets_a_text_past_the_translation() -> None:
    assert list(untold()) == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_names_the_values_of_its_text_and_no_other(language: str) -> None:
    known = catalogued(language)
    wrong = [text for _, text, given in texts_of_code() if given and _places(known[text]) != _places(text)]
    assert not wrong and all(given >= _places(text) for _, text, given in texts_of_code() if given)


def test_texts_values_and_buttons_of_qt_come_in_german(german: None) -> None:
    assert tr("Undo {edit}", edit=tr("Add layer")) == "Rückgängig: Ebene hinzufügen"
    assert inside("Ebene") == "Ebene" and tr("a text that nobody translated") == "a text that nobody translated"
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    assert box.buttons()[0].text() == "Abbrechen"


def test_sentences_of_the_engine_are_told_by_their_pattern(german: None) -> None:
    assert retold("must be within 0 to 200, got 900") == "muss zwischen 0 und 200 liegen, nicht 900"
    assert retold("kaput: no pattern fits this") == "kaput: no pattern fits this"


def test_nodes_bring_their_words_in_german_and_are_found_by_both_names(german: None, toys: Catalogue) -> None:
    found = catalogue_in_language(Catalogue.from_json(toys.to_json()))
    assert found.keys() == toys.keys()
    assert all(toys[identity].title in node_type.words for identity, node_type in found.items())
    assert Session(found).catalogue.keys() >= toys.keys()


def test_english_is_what_stands_in_the_code() -> None:
    assert tr("Undo {edit}", edit="x") == "Undo x" and inside("Layer") == "layer"
    assert json.dumps(catalogued("en")) == "{}"
