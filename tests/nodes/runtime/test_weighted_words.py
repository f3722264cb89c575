from __future__ import annotations

from pathlib import Path

import pytest
import torch

from graph_engine.context import Context
from graph_engine.errors import Failure
from nodes.library.prompt.encode_prompt import encode_prompt, upgrade
from nodes.runtime.loading import open_text_encoder, text_encoder_of
from nodes.runtime.weighted_words import weighted
from nodes.runtime.words_seen import reads_whole_words, room_for_words, words_seen
from nodes.values import Generator
from tests.nodes.token_models import ENCODERS, save_encoder


def _weights(prompt: str) -> dict[str, float]:
    """The weight of each word without its syntax."""
    read = weighted(prompt)
    assert len(read.text) == len(read.weights) == len(prompt)
    return {word: round(read.weights[read.text.index(word)], 6) for word in read.text.split()}


@pytest.mark.parametrize(
    ("prompt", "weights"),
    [
        ("a (red:1.4) cat", {"a": 1, "red": 1.4, "cat": 1}),
        ("(a red: .5 ) cat", {"a": 0.5, "red": 0.5, "cat": 1}),
        ("(red) ((blue))", {"red": 1.1, "blue": 1.21}),
        ("((red:2) cat:0.5)", {"red": 1, "cat": 0.5}),
        (r"\(red\) cat", {"(red": 1, ")": 1, "cat": 1}),
        ("red) cat (blue", {"red)": 1, "cat": 1, "(blue": 1}),
        ("(red:) cat", {"red:": 1.1, "cat": 1}),
    ],
)
def test_brackets_weigh_what_stands_in_them(prompt: str, weights: dict[str, float]) -> None:
    assert _weights(prompt) == weights


def test_a_weight_that_is_too_large_is_refused_with_the_rule() -> None:
    with pytest.raises(Failure, match="prompt: weights must be within 0 to 10, got 11"):
        weighted("(red:11)")


def test_the_features_of_a_word_are_multiplied_by_its_weight(generator: Generator) -> None:
    encoder = text_encoder_of(generator)
    plain = encode_prompt(Context(), encoder, "a red cat").sequence
    made = encode_prompt(Context(), encoder, "a (red:1.5) (cat:0)")
    assert torch.allclose(made.sequence, plain * torch.tensor([1, 1.5, 0])[None, :, None])
    assert [made.prompts[0][start:end] for start, end in made.spans[0]] == ["a", "red", "cat"]


def test_a_weight_of_one_is_the_plain_prompt(generator: Generator) -> None:
    encoder = text_encoder_of(generator)
    plain, weighed = (encode_prompt(Context(), encoder, words).sequence for words in ("a red cat", "a (red:1) cat"))
    assert torch.equal(plain, weighed)


def test_brackets_of_an_older_workflow_still_mean_nothing() -> None:
    assert upgrade(1, {"prompt": "a (red) cat"}) == {"prompt": r"a \(red\) cat"}
    assert weighted(upgrade(1, {"prompt": "a ((red)) cat"})["prompt"]).is_plain
    assert upgrade(2, {"prompt": "(red)"}) == {"prompt": "(red)"}


def test_what_an_encoder_will_read_is_told_word_by_word(generator: Generator) -> None:
    prompt = "a (zebra:1.3) and a cat " * 2
    seen = words_seen(generator.text_encoder, prompt)
    assert [prompt[word.start : word.end] for word in seen] == ["a", "zebra", "and", "a", "cat"] * 2
    assert [word.weight for word in seen[:3]] == [1, 1.3, 1]
    assert not seen[1].known and seen[0].known
    assert room_for_words(generator.text_encoder) == 8 < len(seen)


@pytest.mark.parametrize("layout", list(ENCODERS))
def test_a_published_encoder_tells_of_the_parts_it_reads_and_of_those_it_has_no_room_for(layout: str, tmp_path: Path) -> None:
    encoder = open_text_encoder(str(save_encoder(tmp_path, layout))).model
    assert encoder is not None and not reads_whole_words(encoder)
    most = encoder.config.get("max_words") or encoder.config["text_length"]
    assert room_for_words(encoder) == most - 2  # a start and an end of every text
    prompt = "a (red:1.4) cat " * most
    seen = words_seen(encoder, prompt)
    assert len(seen) == 3 * most > room_for_words(encoder)
    assert [(prompt[word.start : word.end], word.weight) for word in seen[:3]] == [("a", 1), ("red", 1.4), ("cat", 1)]
