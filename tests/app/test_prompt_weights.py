"""Weights of words in a prompt, as keys change them."""

import pytest

from app.prompt_weights import Chosen, reweighted
from nodes.runtime.weighted_words import weighted


def _chosen(text: str, words: str) -> Chosen:
    start = text.index(words)
    return Chosen(text, start, start + len(words))


@pytest.mark.parametrize(
    ("text", "words", "by", "after"),
    [
        ("a red cat", "red", 0.1, "a (red:1.1) cat"),
        ("a red cat", " red ", 0.1, "a (red:1.1) cat"),
        ("a red cat", "red cat", -0.1, "a (red cat:0.9)"),
        ("a (red:1.1) cat", "red", 0.1, "a (red:1.2) cat"),
        ("a (red:1.1) cat", "(red:1.1)", 0.1, "a (red:1.2) cat"),
        ("a (red:1.1) cat", "red", -0.1, "a red cat"),
        ("a (red) cat", "red", 0.1, "a (red:1.2) cat"),
        ("(a (red:1.5) cat:0.8)", "red", 0.1, "(a (red:1.6) cat:0.8)"),
        ("(a (red:1.5) cat:0.8)", "cat", 0.1, "(a (red:1.5) cat:0.9)"),
        ("a (red:0) cat", "red", -0.1, "a (red:0) cat"),
        (r"a \(red\) cat", "red", 0.1, r"a \((red:1.1)\) cat"),
    ],
)
def test_what_is_selected_gets_another_weight(text: str, words: str, by: float, after: str) -> None:
    made = reweighted(_chosen(text, words), by)
    assert made.text == after
    assert made.text[made.start : made.end].strip("\\") == words.strip(" ()1.:").strip("\\")


def test_without_a_selection_it_is_the_word_at_the_cursor() -> None:
    assert reweighted(Chosen("a red cat", 3, 3), 0.1).text == "a (red:1.1) cat"
    assert reweighted(Chosen("a  cat", 2, 2), 0.1).text == "a  cat"


def test_up_and_down_lead_back() -> None:
    chosen = _chosen("a small red cat", "small red")
    for by in (0.1, 0.1, 0.1, -0.1, -0.1, -0.1):
        chosen = reweighted(chosen, by)
    assert chosen == _chosen("a small red cat", "small red")


def test_the_node_reads_what_the_keys_wrote() -> None:
    made = reweighted(reweighted(_chosen("a red cat", "red"), 0.1), 0.1)
    read = weighted(made.text)
    assert [read.weights[read.text.index(word)] for word in ("a", "red", "cat")] == [1, 1.2, 1]
