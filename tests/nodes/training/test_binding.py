"""What the words of a prompt must tell of one another."""

from __future__ import annotations

import math

import pytest
import torch

from nodes.models.text_encoder import TextEncoder, TextEncoderConfig
from nodes.training.binding import CHOICES, NO_THING, STANDS, Binding, asked, claims
from nodes.training.captions import Facts, Seen, all_words
from nodes.training.flow import counts_at
from nodes.training.pictures import starter
from nodes.training.vocabulary import COLOR_NAMES, THINGS

INDEX = {thing.name: i for i, thing in enumerate(THINGS)}
SILENT = [NO_THING] * len(CHOICES)


def thing(name: str, color: str = "") -> Seen:
    return Seen(INDEX[name], 0.5, 0.5, 0.4, COLOR_NAMES.index(color) if color else -1)


@pytest.mark.parametrize(
    ("text", "facts", "told"),
    [
        (
            "a tiny red dog left of a tree",
            Facts((thing("dog", "red"), thing("tree")), -1, "left"),
            {"dog": [STANDS.index("left"), COLOR_NAMES.index("red") + 1, 1, 0], "tree": [STANDS.index("right"), 0, 0, 0]},
        ),
        ("two big apples in a meadow", Facts((thing("apple"),) * 2, -1), {"apples": [0, 0, 2, 2]}),
        ("a cat and a blue cat", Facts((thing("cat"), thing("cat", "blue")), -1), {"cat": [0, COLOR_NAMES.index("blue") + 1, 0, 0]}),
    ],
)
def test_a_word_tells_what_the_others_say_of_its_thing(text: str, facts: Facts, told: dict[str, list[int]]) -> None:
    words = text.split()
    assert {word: claim for word, claim in zip(words, claims(words, facts), strict=True) if claim != SILENT} == told


def test_what_is_asked_of_held_out_captions_fits_their_words() -> None:
    encoder = TextEncoder(TextEncoderConfig(("<padding>", "<unknown>", *all_words())))
    ids, targets = asked(encoder, torch.arange(500), counts_at(1.0))
    names = {word for thing in THINGS for word in (*thing.names, thing.many)}
    at_things = (targets != NO_THING).all(2)
    assert {encoder.config.vocabulary[word] for word in ids[at_things].tolist()} <= names
    assert ((targets == NO_THING).all(2) | at_things).all() and (at_things.sum(1) > 0).all()


def test_where_nothing_is_said_there_is_nothing_to_be_right_about() -> None:
    torch.manual_seed(0)
    binding = Binding(8)
    targets = torch.full((2, 3, len(CHOICES)), NO_THING)
    targets[:, 1] = 0
    features = torch.zeros(2, 3, 8)
    assert torch.isfinite(binding(features, targets))
    assert all(math.isnan(share) for share in binding.shares_right(features, targets).values())


def test_the_starter_knows_which_word_stands_where() -> None:
    encoder = starter("text_encoder", "text encoder")
    vocabulary = encoder.config.vocabulary

    def of_dog(text: str) -> torch.Tensor:
        ids = torch.tensor([[vocabulary.index(word) for word in text.split()]])
        return encoder(ids, ids != 0)[0, text.split().index("dog")]

    left, right, same = (of_dog(f"a dog {words}") for words in ("left of a tree", "right of a tree", "to the left of a tree"))
    likeness = torch.nn.functional.cosine_similarity
    assert likeness(left, right, dim=0) < 0.95 < likeness(left, same, dim=0)
