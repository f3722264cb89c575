"""The window speaks another language completely: every text has its translation, none is written past it."""

import ast
import json
import re
import string
from pathlib import Path
from textwrap import dedent

import pytest
from PySide6.QtWidgets import QDialogButtonBox

from app.document import Document
from app.inspector.failure_box import FailureBox
from app.inspector.node_form import NodeForm
from app.language import inside, retold, tr
from app.memory_panel.budget_field import bytes_typed
from app.node_words import catalogue_in_language
from app.number_input import read_number
from app.session import Session
from app.translating import LANGUAGES, sentences_of
from app.wording import bytes_text, label, number_text, painted_text, result_text, seconds_text
from graph_engine import Catalogue
from graph_engine.declaration import Number
from graph_engine.events import Result, StepFailed, StepFinished
from tests.app.sentences import all_sentences, retelling_of, sentences_in, untold_sentences
from tests.app.texts import catalogued, installed, missing, texts_of_code, untold
from tests.app.window.states import opened_workflow, photographed

OTHERS = [code for code in LANGUAGES if code != "en"]


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
    assert retold("a: " * 2000).startswith("a: a: ")


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_of_the_nodes_and_of_the_engine_is_told(language: str) -> None:
    found = all_sentences()
    assert len(found) > 300 and untold_sentences(language, found) == []


def test_sentences_are_found_behind_names_conditions_and_functions_and_those_without_a_counterpart_are_named() -> None:
    code = """
        AGAIN = "Look again."

        def taken(name, few, context):
            if not name:
                raise ValueError("name: said to a programmer")
            message = f"{name}: must be {'a pear' if few else 'pears'}, got {name}"
            context.note(f"{few} pears.")
            raise Failure(message, AGAIN if few else remedy())

        def remedy():
            return "Buy more. " + AGAIN
    """
    found = {text: "nodes/pear.py" for _, text in sentences_in(ast.parse(dedent(code)))}
    said = {"{}: must be a pear, got {}", "{}: must be pears, got {}", "{} pears.", "Look again.", "Buy more. Look again."}
    assert found.keys() == said
    assert untold_sentences("de", found) == [f"nodes/pear.py: {text}" for text in found]


@pytest.mark.parametrize("language", OTHERS)
def test_each_pattern_tells_its_own_sentence_and_not_that_of_another(language: str) -> None:
    retelling, patterns = retelling_of(language), sentences_of(language)
    wrong = []
    for pattern, told in patterns.items():
        words = {name: f"word{number}" for number, name in enumerate(sorted(_places(pattern)), 7)}
        said = retelling(pattern.format(**words) if words else pattern)
        if _places(pattern) != _places(told) or said != (told.format(**words) if words else told):
            wrong.append(f"{pattern} -> {said}")
    assert wrong == []


def test_words_in_the_places_of_a_sentence_are_told_too(german: None) -> None:
    families = "strategy: must be for next token generators as mine.safetensors, is for random order or masked"
    told = "muss für Generatoren der Familie „nächstes Token“ wie mine.safetensors sein, ist aber für „zufällige Reihenfolge oder maskiert“"
    assert retold(families) == f"Strategie: {told}"
    assert (
        retold("item 3 of 5: text_encoder: takes Image, got Mask from node a")
        == "Element 3 von 5: Text-Encoder: nimmt Bild, nicht Maske vom Knoten a"
    )


def test_a_node_says_in_german_why_it_failed_and_what_it_notes(german: None, tmp_path: Path) -> None:
    window = photographed(tmp_path)
    opened_workflow(window)
    window.session.runs.follow("run", window.session.queueing.pace)
    failed, noted = (
        next(key for key, held in window.session.workflow.graph.nodes.items() if held.type == kind)
        for kind in ("sampling/generate", "prompt/encode_prompt")
    )
    message = "text_encoder: flow.safetensors takes a class, no words"
    window.session.running.take_event(StepFailed("run", failed, "failed", message, "Change count.", ""))
    window.session.running.take_event(StepFinished("run", noted, "ran", 0.5, (), (), ("31 tokens in 4 passes.",)))
    window.session.select({failed})
    box = window.findChildren(FailureBox)[0]
    assert (box.message.text(), box.remedy.text()) == (
        "Text-Encoder: flow.safetensors nimmt eine Klasse, keine Worte",
        "Ändern Sie „Anzahl“.",
    )
    window.session.select({noted})
    assert any("31 Token in 4 Durchläufen." in form.state.text() for form in window.findChildren(NodeForm))
    window.session.show_document(Document())  # so that closing asks nothing
    window.close()
    window.deleteLater()


def test_nodes_bring_their_words_in_german_and_are_found_by_both_names(german: None, toys: Catalogue) -> None:
    found = catalogue_in_language(Catalogue.from_json(toys.to_json()))
    assert found.keys() == toys.keys()
    assert all(toys[identity].title in node_type.words for identity, node_type in found.items())
    assert Session(found).catalogue.keys() >= toys.keys()


def test_a_label_that_means_something_else_on_one_node_has_an_entry_of_its_own(german: None) -> None:
    told = catalogue_in_language(installed())
    labels = {name: label(told[name].parameter("scale")) for name in ("editing/rewrite_tokens", "guidance/classifier_free_guidance")}
    assert labels == {"editing/rewrite_tokens": "Stufe", "guidance/classifier_free_guidance": "Faktor"}


@pytest.mark.parametrize("language", OTHERS)
def test_an_entry_for_one_node_names_what_that_node_has(language: str) -> None:
    own = {key for key in catalogued(language) if re.fullmatch(r"\w+/\w+/\w+", key)}
    ends = {f"{found.id}/{end.name}" for found in installed().values() for end in (*found.inputs, *found.parameters, *found.outputs)}
    assert own and own <= ends


def test_results_are_described_and_numbers_written_as_the_language_does(german: None) -> None:
    said = {("Guidance", "classifier-free, scale 4.5"), ("Image", "2 × RGBA 64 × 64"), ("Mask", "2 × mask 64 × 64"), ("Number", "-0.25")}
    told = {"Classifier-free, Faktor 4,5", "2 × RGBA 64 × 64", "2 × Maske 64 × 64", "-0,25"}
    assert {result_text(Result("out", kind, "", words)) for kind, words in said} == told
    assert result_text(Result("out", "Text", "", "no class")) == "no class" and result_text(Result("out", "Toggle", "")) == "Schalter"
    assert (number_text(0.5, 0.01), seconds_text(1.25), bytes_text(3 << 29)) == ("0,50", "1,2 s", "1,5 GB")
    assert retold("must be within 0.5 to 2 px, got 2.25 px") == "muss zwischen 0,5 und 2 px liegen, nicht 2,25 px"


def test_what_a_painted_document_holds_is_counted_in_german(german: None) -> None:
    assert painted_text({"layers": [{}], "strokes": [{}, {}]}) == "1 Ebene, 2 Striche" and painted_text({}) == "noch nichts"


def test_what_a_field_shows_it_reads(german: None) -> None:
    assert read_number(Number(step=0.25), number_text(1.25, 0.25)) == 1.25 and bytes_typed(bytes_text(3 << 29)) == 3 << 29


def test_english_is_what_stands_in_the_code() -> None:
    assert tr("Undo {edit}", edit="x") == "Undo x" and inside("Layer") == "layer"
    assert json.dumps(catalogued("en")) == "{}"
