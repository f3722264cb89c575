"""Tiny models of random weights in the starter's layouts, and values made with them."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from graph_engine.context import Context
from nodes.models.flow_transformer import FlowTransformer, FlowTransformerConfig
from nodes.models.rgba_autoencoder import RgbaAutoencoder, RgbaAutoencoderConfig
from nodes.models.text_encoder import TextEncoder, TextEncoderConfig
from nodes.runtime.coding import conditioning
from nodes.runtime.devices import precision
from nodes.runtime.loading import open_generator, open_tokenizer, text_encoder_of
from nodes.values import Conditioning, Generator, Tokenizer

CLOSE = 1e-4 if precision("cpu") == torch.float32 else 0.02
"""How far latents of tiny models may be apart where products are summed in another order, in the precision of this processor."""
VOCABULARY = ("<padding>", "<unknown>", "a", "cat", "dog", "in", "meadow", "red", "icecream")
SaveModel = Callable[..., Path]


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def save_model(path: Path, module: nn.Module, layout: str, config: Any, **companions: str) -> Path:
    """Write a module as the training scripts do: 16 bits, layout, config and the digests of companions in the header."""
    path.parent.mkdir(parents=True, exist_ok=True)
    weights = {key: value.half().contiguous() for key, value in module.state_dict().items()}
    save_file(weights, path, metadata={"layout": layout, "config": json.dumps(dataclasses.asdict(config)), **companions})
    return path


def filled(module: nn.Module, seed: int) -> nn.Module:
    """Every weight random, also those that training starts from zero."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in (*module.parameters(), *(one for one in module.buffers() if one.is_floating_point())):
            weight.copy_(torch.randn(weight.shape, generator=generator) * 0.1)
    return module


def save_family(folder: Path, seed: int = 0, hints: bool = False) -> None:
    """A generator, its text encoder and its autoencoder in one folder."""
    auto = RgbaAutoencoderConfig(latent_channels=4, fine=8, coarse=8, blocks=1)
    path = save_model(folder / "rgba_autoencoder.safetensors", filled(RgbaAutoencoder(auto), seed), "tessera-rgba-autoencoder", auto)
    text = TextEncoderConfig(vocabulary=VOCABULARY, width=16, depth=1, heads=2, max_words=8)
    words = save_model(folder / "text_encoder.safetensors", filled(TextEncoder(text), seed + 1), "tessera-text-encoder", text)
    flow = FlowTransformerConfig(
        latent_channels=4,
        width=16,
        depth=2,
        heads=2,
        text_width=16,
        latent_side=4,
        hints=hints,
        text_encoder=hashlib.sha256(words.read_bytes()).hexdigest(),
        autoencoder=hashlib.sha256(path.read_bytes()).hexdigest(),
    )
    save_model(folder / "flow_base.safetensors", filled(FlowTransformer(flow), seed + 2), "tessera-flow-transformer", flow)


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder with the family ``tiny/``, a stranger ``other/`` of the same shapes, and ``hinted/``, which takes hints."""
    folder = tmp_path_factory.mktemp("models")
    save_family(folder / "tiny")
    save_family(folder / "other", seed=50)
    save_family(folder / "hinted", seed=70, hints=True)
    return folder


@pytest.fixture
def models(tiny_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The tiny folder as a model folder of the program."""
    monkeypatch.setenv("TESSERA_MODELS", str(tiny_folder))
    yield tiny_folder


@pytest.fixture
def generator(models: Path) -> Generator:
    return open_generator("tiny/flow_base")


@pytest.fixture
def tokenizer(models: Path) -> Tokenizer:
    return open_tokenizer("tiny/rgba_autoencoder")


@pytest.fixture
def cat(generator: Generator) -> Conditioning:
    return conditioning(text_encoder_of(generator), "a cat in a meadow", Context())


@pytest.fixture
def dog(generator: Generator) -> Conditioning:
    return conditioning(text_encoder_of(generator), "a dog", Context())
