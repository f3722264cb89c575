"""A published checkpoint is told by the names and shapes of its tensors, and nothing else is taken for it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from graph_engine.errors import MissingModel
from nodes.models.arpg import ArpgConfig
from nodes.models.clip import ClipConfig
from nodes.models.diffusers_autoencoder import DiffusersAutoencoderConfig
from nodes.models.diffusers_vq import DiffusersVqConfig
from nodes.models.distilled_llamagen import DistilledLlamaGenConfig
from nodes.models.distilled_var import DistilledVarConfig
from nodes.models.dit import DitConfig
from nodes.models.flextok import FlexTokConfig
from nodes.models.hmar import HmarConfig
from nodes.models.kl_autoencoder import KlAutoencoderConfig
from nodes.models.known_layouts import LAYOUTS, PUBLISHED
from nodes.models.layouts import build_model, describe_model, fitting
from nodes.models.lightning_dit import LightningDitConfig
from nodes.models.llamagen_gpt import LlamaGenGptConfig
from nodes.models.llamagen_vq import LlamaGenVqConfig
from nodes.models.lpd import LpdConfig
from nodes.models.mar import MarConfig
from nodes.models.maskbit import MaskBitConfig, MaskBitVqConfig
from nodes.models.masked_generators import ImageBertConfig, UVitBertConfig
from nodes.models.maskgen import MaskGenKlConfig, MaskGenVqConfig
from nodes.models.maskgit_vq import MaskGitVqConfig
from nodes.models.meissonic import MeissonicConfig
from nodes.models.nar import NarConfig
from nodes.models.par import ParConfig
from nodes.models.randar import RandArConfig
from nodes.models.rar import RarConfig
from nodes.models.t5_encoder import T5EncoderConfig
from nodes.models.titok import TiTokConfig
from nodes.models.var_transformer import VarTransformerConfig
from nodes.models.var_vqvae import VarVqvaeConfig
from nodes.models.xar import XarConfig

TITOK = TiTokConfig(3, 4, 6, False, 2, 4, 8, 2, 2, 12, 3, 2, 2, groups=4)

TINY: list[tuple[str, Any]] = [
    ("llamagen-vq", LlamaGenVqConfig(4, (1, 2), (1, 1), 1, 4, 6, 3, 2)),
    ("llamagen-gpt", LlamaGenGptConfig(8, 2, 2, 1, 12, 6, 4, 3)),
    ("llamagen-gpt", LlamaGenGptConfig(8, 2, 2, 2, 12, 6, 4, None, 5, 3)),
    ("var-vqvae", VarVqvaeConfig(4, (1, 2), 1, 6, 3, 3, 4, (1, 2), 2)),
    ("var-transformer", VarTransformerConfig(8, 2, 2, 16, 6, 3, 3, (1, 2))),
    ("var-transformer", VarTransformerConfig(8, 2, 2, 16, 6, 3, 3, (1, 2), shared=True)),
    ("distilled-var", DistilledVarConfig(8, 2, 2, 16, 6, 3, 3, (1, 2))),
    ("distilled-var", DistilledVarConfig(8, 2, 2, 16, 6, 3, 3, (1, 2), shared=True)),
    ("distilled-llamagen", DistilledLlamaGenConfig(8, 2, 2, 1, 12, 6, 4, 3, code_width=5)),
    ("maskgit-vq", MaskGitVqConfig(4, (1, 2), 1, 6, 3, 2)),
    ("titok", TITOK),
    ("titok", dataclasses.replace(TITOK, codebook=None, text_width=5, text_length=2)),
    (
        "titok",
        dataclasses.replace(
            TITOK, normalized=True, proxy_codes=5, proxy_hidden=6, pixel_channels=4, pixel_multipliers=(1, 2), pixel_blocks=1, pixel_width=3
        ),
    ),
    ("imagebert", ImageBertConfig(8, 2, 2, 12, 6, 3, 4)),
    ("uvitbert", UVitBertConfig(8, 2, 2, 12, 6, 3, 4)),
    ("par", ParConfig(8, 2, 2, 1, 12, 6, 4, 3)),
    ("nar", NarConfig(8, 2, 2, 1, 12, 6, 4, 3)),
    ("randar", RandArConfig(8, 2, 2, 1, 12, 6, 4, 3)),
    ("rar", RarConfig(8, 2, 2, 12, 6, 3, 4, 1028, 9)),
    ("lpd", LpdConfig(8, 2, 2, 12, 6, 3, 4)),
    ("arpg", ArpgConfig(8, 1, 2, 12, 6, 3, 4)),
    ("maskbit", MaskBitConfig(8, 2, 2, 12, 6, 2, 3, 4)),
    ("maskbit", MaskBitConfig(8, 2, 2, 12, 6, 3, 3, 4, before=True)),
    ("maskbit-vq", MaskBitVqConfig(4, (1, 2), 1, 2, 3, True, 2)),
    ("maskbit-vq", MaskBitVqConfig(4, (1, 2), 2, 1, 3, False, 2)),
    ("clip", ClipConfig(8, 1, 4, 4, 6, 1, 7, 5, 3)),
    ("hmar", HmarConfig(8, 1, 2, 16, 6, 3, 3, (1, 2), twice=2)),
    ("hmar", HmarConfig(8, 1, 2, 16, 6, 3, 3, (1, 2), shared=True, twice=1)),
    ("mar", MarConfig(2, 8, 2, 2, 12, 8, 1, 2, 16, 3, 4, 5, 6, 2)),
    ("maskgen-vq", MaskGenVqConfig(8, 2, 2, 6, 1008, 4, 5, 4)),
    ("meissonic", MeissonicConfig(32, 1, 2, 2, 6, 8, 5, True)),
    ("meissonic", MeissonicConfig(32, 1, 2, 2, 6, 8, 5, False)),
    ("diffusers-vq", DiffusersVqConfig((4, 8), 1, 3, 6, 5, groups=2)),
    ("maskgen-kl", MaskGenKlConfig(2, 8, 2, 2, 4, 5, 4, 6, 2)),
    ("t5-encoder", T5EncoderConfig(8, 2, 2, 4, 12, 20, 8)),
    ("kl-autoencoder", KlAutoencoderConfig(4, (1, 2), 1, 3, 2, (1,), (), 2)),
    ("kl-autoencoder", KlAutoencoderConfig(4, (1, 2), 1, 3, 2, (1,), (1,), 2)),
    ("kl-autoencoder", KlAutoencoderConfig(4, (1, 2), 1, 3, 2, (1,), (1,), 2, described=True)),
    ("diffusers-autoencoder", DiffusersAutoencoderConfig((4, 8), 1, 3, groups=2)),
    ("diffusers-autoencoder", DiffusersAutoencoderConfig((4, 8), 2, 3, quantized=False, old=True, groups=2)),
    ("xar", XarConfig(2, 16, 1, 2, 2, 24, 3, 16)),
    ("lightningdit", LightningDitConfig(2, 2, 1, 4, 8, 2, 2, 6, 3, rotary=False)),
    ("lightningdit", LightningDitConfig(2, 2, 1, 4, 8, 2, 2, 6, 3, rotary=False, normalized=True, shifts=False)),
    ("flextok", FlexTokConfig(2, 2, 2, 3, 8, 1, 5, 8, 1, 5, 4, waves=4)),
]

UNTOLD = ("heads", "encoder_heads", "decoder_heads", "head_width", "groups", "length", "scales", "split", "kept")
"""Sizes that no tensor shows: the published models' are assumed."""

ids = [f"{name} {number}" for number, (name, _) in enumerate(TINY)]


def made(name: str, config: Any) -> nn.Module:
    return LAYOUTS[name].module(config)


@pytest.mark.parametrize(("name", "config"), TINY, ids=ids)
def test_sizes_are_read_from_the_shapes_and_no_other_layout_claims_them(name: str, config: Any) -> None:
    shapes = {key: tuple(value.shape) for key, value in made(name, config).state_dict().items()}
    read = fitting(shapes)
    assert list(read) == [name]
    untold = {size: getattr(config, size) for size in UNTOLD if hasattr(config, size)}
    assert dataclasses.replace(read[name], **untold) == config


def test_every_published_layout_is_tried_here() -> None:
    assert {layout.name for layout in PUBLISHED} == {name for name, _ in TINY} | {"dit", "sit"}


def dit(path: Path, **metadata: str) -> Path:
    """A file of the layout that DiT and SiT share."""
    save_file(made("dit", DitConfig(2, 4, 1, 4, 8, 1, 1, 12, 3)).state_dict(), path, metadata=metadata or None)
    return path


def test_two_models_of_one_layout_are_told_apart_by_the_header_alone(tmp_path: Path) -> None:
    with pytest.raises(MissingModel, match="its tensors fit dit and sit, its header does not say which") as caught:
        describe_model(dit(tmp_path / "silent.safetensors"), "generator")
    assert caught.value.remedy == "Say it with: tessera convert silent.safetensors --layout dit"
    file = describe_model(dit(tmp_path / "told.safetensors", layout="sit"), "generator")
    assert build_model(file)(torch.zeros(1, 2, 2, 2), torch.zeros(1), torch.tensor([3])).shape == (1, 2, 2, 2)


def test_a_rotary_table_tells_the_heads() -> None:
    config = LightningDitConfig(2, 2, 1, 4, 8, 1, 1, 6, 3)
    shapes = {key: tuple(value.shape) for key, value in made("lightningdit", config).state_dict().items()}
    read = fitting({**shapes, "feat_rope.freqs_cos": (4, 4), "feat_rope.freqs_sin": (4, 4)})
    assert read == {"lightningdit": dataclasses.replace(config, heads=2)}


def written(path: Path, **tensors: torch.Tensor) -> Path:
    """A masked generator as the originals publish it: tensors alone, no word of what they are."""
    config = ImageBertConfig(32, 1, 16, 12, 6, 3, 4)
    save_file({**made("imagebert", config).state_dict(), **tensors}, path)
    return path


def test_a_file_without_a_word_in_its_header_is_recognized_and_built(tmp_path: Path) -> None:
    file = describe_model(written(tmp_path / "generator.safetensors"), "generator")
    assert file.layout == "imagebert"
    model = build_model(file)
    assert model(torch.full((2, 4), -1), torch.tensor([0, 3])).shape == (2, 4, 6)


def test_tables_that_nobody_needs_may_lie_in_the_file(tmp_path: Path) -> None:
    path = written(tmp_path / "old.safetensors", **{"model.embeddings.position_ids": torch.arange(5)})
    assert "model.embeddings.position_ids" not in build_model(describe_model(path, "generator")).state_dict()


def test_a_tensor_that_does_not_belong_is_named(tmp_path: Path) -> None:
    path = written(tmp_path / "strange.safetensors", **{"model.pooler.weight": torch.zeros(1)})
    with pytest.raises(MissingModel, match=r"has model\.pooler\.weight and 0 more that do not belong"):
        describe_model(path, "generator")


def test_a_file_that_fits_no_layout_is_refused(tmp_path: Path) -> None:
    save_file({"weight": torch.zeros(2)}, tmp_path / "what.safetensors")
    with pytest.raises(MissingModel, match="its header names no layout and its tensors fit none"):
        describe_model(tmp_path / "what.safetensors", "generator")
