"""Published generators that words lead: LlamaGen by T5, MaskGen by CLIP, whose tokenizer reads along."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from graph_engine.context import Context
from graph_engine.errors import Failure, MissingModel
from nodes.library.guidance.classifier_free_guidance import classifier_free_guidance
from nodes.library.prompt.class_label import class_label
from nodes.library.prompt.encode_prompt import encode_prompt
from nodes.library.sampling.continuous_tokens import continuous_tokens
from nodes.library.sampling.generate import generate
from nodes.library.tokenizer.decode import decode
from nodes.models.layouts import build_model
from nodes.runtime.loading import open_generator, open_text_encoder, text_encoder_of, tokenizer_of
from nodes.values import Conditioning, Generator, Latent
from tests.nodes.token_models import LED_BY_WORDS, led_by_class, led_by_words, save, save_encoder

GUIDED = classifier_free_guidance(scale=3.0)


def encoded(generator: Generator, prompt: str, context: Context | None = None) -> Conditioning:
    return encode_prompt(context or Context(), text_encoder_of(generator), prompt)


def made(generator: Generator, prompt: str, **more: object) -> torch.Tensor:
    quick = continuous_tokens(3, 4) if generator.model.layout == "maskgen-kl" else None
    found = generate(Context(), generator, encoded(generator, prompt), GUIDED, quick, **more)  # type: ignore[arg-type]
    return found.values if isinstance(found, Latent) else found.ids


@pytest.mark.parametrize("layout", LED_BY_WORDS)
def test_words_become_a_picture_and_other_words_another(layout: str, tmp_path: Path) -> None:
    generator = led_by_words(tmp_path, layout)
    words, quick = encoded(generator, "a red cat"), continuous_tokens(3, 4) if layout == "maskgen-kl" else None
    latent = generate(Context(), generator, words, GUIDED, quick, count=2)
    picture = decode(Context(), latent, tokenizer_of(generator), words)
    assert picture.pixels.shape == (2, 3, generator.size, generator.size)
    assert not torch.equal(made(generator, "a red cat"), made(generator, "dog"))


@pytest.mark.parametrize("layout", LED_BY_WORDS)
def test_an_item_can_be_made_alone(layout: str, tmp_path: Path) -> None:
    generator = led_by_words(tmp_path, layout)
    batch, alone = made(generator, "a dog", count=2, seed=5), made(generator, "a dog", first=1, seed=5)
    assert torch.allclose(batch[1:].float(), alone.float(), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("layout", ["maskgen-vq", "maskgen-kl"])
def test_the_tokenizer_of_words_reads_along_what_the_picture_shows(layout: str, tmp_path: Path) -> None:
    generator = led_by_words(tmp_path, layout)
    words, notes = encoded(generator, "a cat"), list[str]()
    latent = generate(Context(), generator, words, strategy=continuous_tokens(3, 4) if layout == "maskgen-kl" else None)
    context = Context()
    told, alone = (decode(context, latent, tokenizer_of(generator), one).pixels for one in (words, None))
    notes = list(context.notes)
    assert not torch.allclose(told, alone)
    assert len(notes) == 1 and "reads along what the picture shows" in notes[0]


def test_clip_gives_two_sequences_and_a_vector_padded_as_it_was_trained(tmp_path: Path) -> None:
    encoder = open_text_encoder(str(save_encoder(tmp_path, "clip")))
    assert encoder.model is not None
    words = encode_prompt(Context(), encoder, "a cat")
    early, late, pooled = build_model(encoder.model).words(torch.tensor([[6, 2, 3, 7, 0, 0]]))
    for found, wanted in ((words.sequence, early), (words.late, late), (words.pooled, pooled)):
        assert found is not None and torch.allclose(found, wanted, atol=1e-5)
    assert words.spans[0][1:3] == ((0, 1), (2, 5))


def test_words_too_many_are_cut_before_the_end_and_noted(tmp_path: Path) -> None:
    encoder, context = open_text_encoder(str(save_encoder(tmp_path, "t5-encoder"))), Context()
    words = encode_prompt(context, encoder, "a red cat a red dog")
    assert words.sequence.shape[1] == 6
    assert context.notes == ["The prompt is too long for the encoder by 2 parts of words, which have no effect."]


def test_the_weight_of_a_word_scales_what_is_said_of_it(tmp_path: Path) -> None:
    encoder = open_text_encoder(str(save_encoder(tmp_path, "t5-encoder")))
    plain, heavy = (encode_prompt(Context(), encoder, prompt).sequence for prompt in ("a cat", "a (cat:2)"))
    assert torch.allclose(heavy[:, 2], 2 * plain[:, 2], atol=1e-6)
    assert torch.allclose(heavy[:, 1], plain[:, 1], atol=1e-6)


def test_what_does_not_go_together_is_said_with_a_remedy(tmp_path: Path) -> None:
    llamagen, t5, clip = (led_by_words(tmp_path, "llamagen-gpt"), *(save_encoder(tmp_path, name) for name in ("t5-encoder", "clip")))
    path = str(llamagen.model.path)
    with pytest.raises(Failure, match="text_encoder: .* reads words of width 8, those of a text encoder; clip_0.* is clip"):
        open_generator(path, tokenizer_of(llamagen), open_text_encoder(str(clip)))
    with pytest.raises(Failure, match="text_encoder: must be connected, since .* is led by words"):
        text_encoder_of(open_generator(path, tokenizer_of(llamagen)))
    sit = led_by_class(tmp_path, "sit")
    with pytest.raises(Failure, match="text_encoder: .* takes a class, no words"):
        open_generator(str(sit.model.path), tokenizer_of(sit), open_text_encoder(str(t5)))
    with pytest.raises(Failure, match="positive: must be words for .*, is a class"):
        generate(Context(), llamagen, class_label(0))
    kl, codes = led_by_words(tmp_path, "maskgen-kl"), led_by_words(tmp_path, "maskgen-vq")
    with pytest.raises(Failure, match="writes lines of 12 vectors of 4 numbers"):
        open_generator(str(kl.model.path), tokenizer_of(codes))
    with pytest.raises(Failure, match="writes line, .* reads soft line"):
        open_generator(str(codes.model.path), tokenizer_of(kl))


def test_an_encoder_without_its_tokenizer_says_how_it_comes_to_one(tmp_path: Path) -> None:
    from nodes.models.t5_encoder import T5EncoderConfig

    bare = open_text_encoder(str(save(tmp_path, "t5-encoder", T5EncoderConfig(8, 1, 2, 4, 12, 8, 8))))
    with pytest.raises(MissingModel, match="must carry its tokenizer to read words") as caught:
        encode_prompt(Context(), bare, "a cat")
    assert "--words tokenizer.json" in caught.value.remedy
