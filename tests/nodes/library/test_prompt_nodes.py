from __future__ import annotations

import torch

from graph_engine.context import Context
from nodes.library.generator.load_generator import load_generator
from nodes.library.prompt.encode_prompt import encode_prompt
from nodes.library.prompt.prompt import prompt
from nodes.values import Generator, TextEncoder


def encoder(generator: Generator) -> TextEncoder:
    return TextEncoder(generator.text_encoder)


def test_a_prompt_gives_its_words_as_typed() -> None:
    assert prompt("a red cat\n") == "a red cat\n"


def test_an_encoded_prompt_knows_where_its_words_stand(generator: Generator) -> None:
    text = "A red cat, in a meadow!"
    made = encode_prompt(Context(), encoder(generator), text)
    assert [text[start:end] for start, end in made.spans[0]] == ["A", "red", "cat", "in", "a", "meadow"]
    assert made.sequence.shape == (1, 6, 16)
    assert made.encoder == generator.text_encoder.digest


def test_words_outside_the_vocabulary_are_reported(generator: Generator) -> None:
    context = Context()
    encode_prompt(context, encoder(generator), "a zebra, a cat, a Gnu, zebra")
    assert context.notes == ['Not in the vocabulary, so without effect: "zebra", "Gnu".']


def test_words_past_the_encoders_length_are_reported(generator: Generator) -> None:
    context = Context()
    made = encode_prompt(context, encoder(generator), "cat " * 11)
    assert context.notes == ["The prompt has 11 words, the encoder reads the first 8."]
    assert len(made.spans[0]) == 8


def test_an_empty_prompt_is_a_conditioning_without_words(generator: Generator) -> None:
    made = encode_prompt(Context(), encoder(generator), " , ")
    assert (made.sequence.shape, made.spans) == ((1, 1, 16), ((),))
    assert not made.mask.any() and not made.sequence.any()


def test_other_words_make_another_conditioning(generator: Generator) -> None:
    one, other = (encode_prompt(Context(), encoder(generator), words).sequence for words in ("a cat", "a dog"))
    assert not torch.allclose(one[0, 1], other[0, 1])


def test_load_generator_gives_the_encoder_that_it_was_trained_with(models: object) -> None:
    loaded = load_generator(file="tiny/flow_base")
    assert loaded.text_encoder.model.digest == loaded.generator.text_encoder.digest == loaded.generator.model.config["text_encoder"]
    assert (loaded.generator.family, loaded.generator.size, loaded.generator.multiple) == ("flow", 32, 16)
