"""What the training scripts write is what the program loads: companions by digest, words, alpha; and when it is written."""

import argparse
import dataclasses
import json

import pytest
import torch

from graph_engine.context import Context
from graph_engine.errors import MissingModel
from nodes.decoding.strategies import Unmask
from nodes.library.prompt.encode_prompt import encode_prompt
from nodes.library.sampling.generate import generate
from nodes.library.tokenizer.decode import decode
from nodes.library.tokenizer.encode import encode
from nodes.models.files import sha256
from nodes.models.flow_transformer import FlowTransformerConfig
from nodes.models.known_layouts import LAYOUTS
from nodes.models.llamagen_gpt import LlamaGenGptConfig
from nodes.models.masked_generators import UVitBertConfig
from nodes.models.rgba_autoencoder import RgbaAutoencoderConfig
from nodes.models.text_encoder import TextEncoderConfig
from nodes.models.var_transformer import VarTransformerConfig
from nodes.runtime.loading import open_generator, open_tokenizer, text_encoder_of
from nodes.training.export import Export, export, told, write_model
from nodes.training.loop import Trainer
from nodes.values import Image
from tests.nodes.conftest import VOCABULARY, filled
from tests.nodes.token_models import TOKENIZERS

WORDS = {"caption_width": 8, "caption_length": 5}
GENERATORS = {
    "llamagen-gpt": (LlamaGenGptConfig(16, 2, 2, 1, 24, 8, 16, None, **WORDS), "llamagen-vq", 4),
    "uvitbert": (UVitBertConfig(16, 2, 2, 24, 8, None, 16, **WORDS), "llamagen-vq", 10),
    "var-transformer": (VarTransformerConfig(16, 2, 2, 32, 8, 3, None, (1, 2, 4), shared=True, **WORDS), "var-vqvae", 4),
}


def written(folder, layout, config, strength=4, **companions):
    """Of random weights, so large that what a model predicts depends on what it is told."""
    module = filled(LAYOUTS[layout].module(config), 0)
    for weight in module.parameters():
        weight.data *= strength
    return write_model(Export(layout, layout, config, companions=companions), module.state_dict(), {"figures": {}}, folder)


def a_pack(folder, layout):
    config, tokenizer, strength = GENERATORS[layout]
    of_pixels = written(folder, tokenizer, dataclasses.replace(TOKENIZERS[tokenizer], pixels=4))
    encoder = written(folder, "tessera-text-encoder", TextEncoderConfig(VOCABULARY, 8, 1, 2, 5))
    return open_generator(str(written(folder, layout, config, strength, tokenizer=sha256(of_pixels), text_encoder=sha256(encoder))))


@pytest.mark.parametrize("layout", GENERATORS)
def test_words_lead_an_exported_generator_of_tokens_and_its_pictures_have_alpha(layout, tmp_path):
    generator = a_pack(tmp_path, layout)
    prompts = (encode_prompt(Context(), text_encoder_of(generator), text) for text in ("a cat", "dog in a meadow", ""))
    chance = Unmask(count=64, randomness=2.8) if layout == "uvitbert" else None  # the surest tokens of random weights are all alike
    cat, dog, nothing = (generate(Context(), generator, prompt, strategy=chance, count=8).ids for prompt in prompts)
    assert not torch.equal(cat, dog) and not torch.equal(cat, nothing)
    tokens = generate(Context(), generator, encode_prompt(Context(), text_encoder_of(generator), "red dog"))
    assert decode(Context(), tokens, open_tokenizer(str(generator.tokenizer.path))).pixels.shape[1] == 4


def test_a_tokenizer_with_alpha_takes_transparent_pictures(tmp_path):
    tokenizer = open_tokenizer(str(a_pack(tmp_path, "llamagen-gpt").tokenizer.path))
    assert tokenizer.has_alpha
    clear = Image(torch.cat([torch.ones(1, 3, 8, 8), torch.zeros(1, 1, 8, 8)], 1))
    black = Image(torch.zeros(1, 4, 8, 8))
    assert torch.equal(encode(Context(), clear, tokenizer).ids, encode(Context(), black, tokenizer).ids)


def exported(folder, figure, floor=0.0, companions=None):
    options = argparse.Namespace(
        minutes=1.0,
        planned=0.0,
        steps=1,
        batch=1,
        rate=1.0,
        seed=0,
        device="cpu",
        threads=1,
        resume=False,
        runs=folder / "runs",
        into=folder,
        floor=floor,
    )
    config = TextEncoderConfig(VOCABULARY, 8, 1, 2, 5)
    trainer = Trainer("words", options, {"text": LAYOUTS["tessera-text-encoder"].module(config)})
    return export(trainer, "text", Export("words", "tessera-text-encoder", config, "score", companions or {}), "words", {"score": figure})


def test_a_model_is_replaced_by_a_better_one_only_unless_its_companions_are_gone(tmp_path):
    assert exported(tmp_path, 0.5, floor=0.6) is None
    assert exported(tmp_path, 0.5)
    assert exported(tmp_path, 0.4) is None
    assert exported(tmp_path, 0.4, companions={"tokenizer": "another"})


def test_a_flow_transformer_is_told_of_a_text_encoder_in_its_config_too(tmp_path):
    encoder = written(tmp_path, "tessera-text-encoder", TextEncoderConfig(VOCABULARY, 8, 1, 2, 5))
    auto = RgbaAutoencoderConfig(latent_channels=4, fine=8, coarse=8, blocks=1)
    pixels = sha256(written(tmp_path, "tessera-rgba-autoencoder", auto))
    named = {"text_encoder": sha256(encoder), "autoencoder": pixels}
    config = FlowTransformerConfig(latent_channels=4, width=16, depth=1, heads=2, text_width=8, **named)
    flow = written(tmp_path, "tessera-flow-transformer", config, text_encoder=sha256(encoder), tokenizer=pixels)
    other = written(tmp_path, "tessera-text-encoder", TextEncoderConfig(VOCABULARY, 8, 1, 2, 5, rotary=True), strength=2)
    assert told(tmp_path, "text_encoder", named["text_encoder"], sha256(other)) == ["tessera-flow-transformer"]
    assert text_encoder_of(open_generator(str(flow))).model.digest == sha256(other)


def test_a_generator_is_told_of_a_tokenizer_that_came_in_place_of_its_own(tmp_path):
    generator = a_pack(tmp_path, "llamagen-gpt")
    before = generator.tokenizer.digest
    other = written(tmp_path, "llamagen-vq", dataclasses.replace(TOKENIZERS["llamagen-vq"], pixels=4), strength=2)
    with pytest.raises(MissingModel, match="must lie beside the tokenizer"):
        open_generator(str(generator.model.path))
    assert told(tmp_path, "tokenizer", before, sha256(other)) == ["llamagen-gpt"]
    again = open_generator(str(generator.model.path))
    assert again.tokenizer.digest == sha256(other)
    card = json.loads(generator.model.path.with_suffix(".json").read_text())
    assert (card["sha256"], card["companions"]["tokenizer"]) == (sha256(generator.model.path), sha256(other))
    assert told(tmp_path, "tokenizer", before, sha256(other)) == []
