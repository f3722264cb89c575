"""Tiny generators of tokens and tokenizers of random weights, in the published layouts."""

from __future__ import annotations

import dataclasses
import zlib
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer as Tokenizer_
from tokenizers import models, pre_tokenizers, processors

from nodes.models.arpg import ArpgConfig
from nodes.models.clip import ClipConfig
from nodes.models.diffusers_autoencoder import DiffusersAutoencoderConfig
from nodes.models.diffusers_vq import DiffusersVqConfig
from nodes.models.distilled_llamagen import DistilledLlamaGenConfig
from nodes.models.distilled_var import DistilledVarConfig
from nodes.models.dit import DitConfig
from nodes.models.files import sha256
from nodes.models.flextok import FlexTokConfig
from nodes.models.hmar import HmarConfig
from nodes.models.kl_autoencoder import KlAutoencoderConfig
from nodes.models.known_layouts import LAYOUTS
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
from nodes.runtime.loading import open_generator, open_text_encoder, open_tokenizer
from nodes.values import Generator, Tokenizer
from tests.nodes.conftest import filled, save_model

TOKENIZERS: dict[str, Any] = {
    "llamagen-vq": LlamaGenVqConfig(4, (1, 2), (1, 1), 1, 4, 8, 3, 2),
    "maskgit-vq": MaskGitVqConfig(4, (1, 2), 1, 8, 3, 2),
    "maskbit-vq": MaskBitVqConfig(4, (1, 2), 1, 1, 4, True, 2),
    "var-vqvae": VarVqvaeConfig(4, (1, 2), 1, 8, 3, 3, 4, (1, 2, 4), 2),
    "diffusers-vq": DiffusersVqConfig((4, 8), 1, 3, 8, 3, groups=2),
    "kl-autoencoder": KlAutoencoderConfig(4, (1, 2), 1, 3, 2, (1,), (), 2),
    "titok": TiTokConfig(16, 4, 8, False, 2, 4, 8, 2, 2, 12, 3, 2, 2, groups=4),
}

TATITOK = TiTokConfig(12, 4, 8, False, 2, 4, 8, 2, 2, 12, 3, 2, 2, text_width=8, text_length=6, groups=4)

GENERATORS: dict[str, tuple[Any, str]] = {
    "llamagen-gpt": (LlamaGenGptConfig(16, 2, 2, 1, 24, 8, 16, 3), "llamagen-vq"),
    "rar": (RarConfig(16, 2, 2, 24, 8, 3, 16, 1028, 21), "maskgit-vq"),
    "par": (ParConfig(16, 2, 2, 1, 24, 8, 16, 3), "llamagen-vq"),
    "nar": (NarConfig(16, 3, 2, 1, 24, 8, 16, 3), "llamagen-vq"),
    "randar": (RandArConfig(16, 2, 2, 1, 24, 8, 16, 3), "llamagen-vq"),
    "lpd": (LpdConfig(16, 2, 2, 24, 8, 3, 16), "llamagen-vq"),
    "arpg": (ArpgConfig(16, 2, 2, 24, 8, 3, 16), "llamagen-vq"),
    "imagebert": (ImageBertConfig(16, 2, 2, 24, 8, 3, 16), "titok"),
    "uvitbert": (UVitBertConfig(16, 2, 2, 24, 8, 3, 16), "maskgit-vq"),
    "maskbit": (MaskBitConfig(16, 2, 2, 24, 4, 2, 3, 16), "maskbit-vq"),
    "var-transformer": (VarTransformerConfig(16, 2, 2, 32, 8, 3, 3, (1, 2, 4)), "var-vqvae"),
    "mar": (MarConfig(2, 16, 2, 2, 24, 16, 1, 2, 32, 3, 16, 5, 6, 2), "kl-autoencoder"),
    "hmar": (HmarConfig(16, 1, 2, 32, 8, 3, 3, (1, 2, 4), twice=2), "var-vqvae"),
}
"""Config and tokenizer of each layout whose tokens a node writes."""

STUDENTS: dict[str, tuple[Any, str]] = {
    "distilled-var": (DistilledVarConfig(16, 2, 2, 32, 8, 3, 3, (1, 2, 4), split=2, kept=2), "var-vqvae"),
    "distilled-llamagen": (DistilledLlamaGenConfig(16, 2, 2, 1, 24, 8, 16, 3, code_width=3, split=5, kept=5), "llamagen-vq"),
}
"""The same of those that make a picture at a look."""

LED_BY_CLASS: dict[str, tuple[Any, str, Any]] = {
    "dit": (DitConfig(2, 4, 2, 4, 16, 2, 2, 24, 3), "diffusers-autoencoder", DiffusersAutoencoderConfig((4, 8), 1, 2, groups=2)),
    "sit": (DitConfig(2, 4, 2, 4, 16, 2, 2, 24, 3), "diffusers-autoencoder", DiffusersAutoencoderConfig((4, 8), 1, 2, groups=2)),
    "xar": (XarConfig(4, 16, 1, 1, 2, 24, 3, 16), "kl-autoencoder", KlAutoencoderConfig(4, (1, 2), 1, 3, 4, (1,), (), 2)),
    "lightningdit": (
        LightningDitConfig(4, 4, 1, 16, 16, 2, 2, 24, 3),
        "kl-autoencoder",
        KlAutoencoderConfig(4, (1, 2), 1, 3, 4, (1,), (1,), 2, described=True),
    ),
}
"""Config, and layout and config of the autoencoder, of each that takes noise from a latent by a class."""

LINES: dict[str, tuple[str, Any]] = {
    "flextok": (
        "flextok",
        FlexTokConfig(2, 2, 16, 40, 8, 1, 5, 8, 1, 5, 4, levels=(8, 5), waves=4, vae_widths=(4, 4, 4, 4), vae_blocks=1, vae_groups=2),
    ),
    "one_d_piece": (
        "titok",
        TiTokConfig(256, 4, 8, True, 16, 256, 8, 1, 1, 8, 1, 1, 2, 5, 6, 4, (1, 1, 1, 1, 1), 1, 3, groups=2),
    ),
    "titok_vae": ("titok", TiTokConfig(128, 4, None, False, 16, 256, 8, 1, 1, 8, 1, 1, 2, groups=2)),
}
"""Layout and config of tokenizers of lines, by the workflow that names one, for pictures of 256 px as published."""


def led_by_class(folder: Path, layout: str, seed: int = 0) -> Generator:
    config, tokenizer, its = LED_BY_CLASS[layout]
    return open_generator(str(save(folder, layout, config, seed, large=1)), tiny_tokenizer(folder, tokenizer, its))


CODES = [layout for layout in GENERATORS if layout != "mar"]
"""Those that write ids; MAR's tokens are vectors."""


def save(folder: Path, layout: str, config: Any = None, seed: int = 0, large: float = 5) -> Path:
    """A file of a layout; the weights are large, so that what it predicts depends on what it knows."""
    config = config or TOKENIZERS.get(layout) or (GENERATORS | STUDENTS)[layout][0]
    path = folder / f"{layout}_{seed}_{zlib.crc32(repr(config).encode()):08x}.safetensors"  # models of other sizes are other files
    if path.exists():  # a header's fields have no order, so the same model written again may have another digest
        return path
    module = filled(LAYOUTS[layout].module(config), seed)
    for weight in module.parameters():
        weight.data *= large
    return save_model(path, module, layout, config)


WORDS = ("<pad>", "<unknown>", "a", "cat", "dog", "red", "<start>", "<end>")
"""Of the tokenizer that text encoders carry; the last id is the largest, as CLIP's end is."""

LED_BY_WORDS: dict[str, tuple[Any, str, Any, str]] = {
    "llamagen-gpt": (LlamaGenGptConfig(16, 2, 2, 1, 24, 8, 16, None, 8, 4), "llamagen-vq", TOKENIZERS["llamagen-vq"], "t5-encoder"),
    "maskgen-vq": (MaskGenVqConfig(16, 2, 2, 8, 1010, 12, 8, 4), "titok", TATITOK, "clip"),
    "meissonic": (MeissonicConfig(32, 1, 1, 1, 8, 10, 8, True, 16), "diffusers-vq", TOKENIZERS["diffusers-vq"], "clip of 32"),
    "maskgen-kl": (MaskGenKlConfig(4, 16, 2, 2, 12, 8, 4, 8, 1), "titok", dataclasses.replace(TATITOK, codebook=None), "clip"),
}
"""Config, layout and config of the tokenizer, and text encoder of each published generator that words lead."""

ENCODERS: dict[str, Any] = {
    "t5-encoder": T5EncoderConfig(8, 2, 2, 4, 12, len(WORDS), 8, 6),
    "clip": ClipConfig(8, 1, 4, 1, 8, 2, len(WORDS), 6, 8),
    "clip of 32": ClipConfig(8, 1, 4, 1, 8, 2, len(WORDS), 6, 32),
}
"""By their layout, the first word."""


def save_encoder(folder: Path, name: str, seed: int = 0) -> Path:
    """A text encoder of `ENCODERS` with its tokenizer in the header."""
    path, layout = folder / f"{name.replace(' ', '_')}_{seed}.safetensors", name.split()[0]
    if path.exists():
        return path
    words = Tokenizer_(models.WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="<unknown>"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    words.post_processor = processors.TemplateProcessing("<start> $A <end>", special_tokens=[("<start>", 6), ("<end>", 7)])
    module = filled(LAYOUTS[layout].module(ENCODERS[name]), seed)
    return save_model(path, module, layout, ENCODERS[name], words=words.to_str())


def three(folder: Path, layout: str) -> tuple[Path, Path, Path]:
    """Files of a tokenizer, of a generator that fits it, and of the text encoder that leads it."""
    config, tokenizer, its, encoder = LED_BY_WORDS[layout]
    path = save(folder, layout, config, large=1 if layout == "maskgen-kl" else 5)
    return save(folder, tokenizer, its), path, save_encoder(folder, encoder)


def led_by_words(folder: Path, layout: str) -> Generator:
    tokenizer, path, encoder = three(folder, layout)
    return open_generator(str(path), open_tokenizer(str(tokenizer)), open_text_encoder(str(encoder)))


def save_led_by_words(folder: Path) -> None:
    """A generator of codes led by words, ``next_token``, with a tokenizer, for the text encoder that lies in a folder."""
    codes = TOKENIZERS["llamagen-vq"]
    vq = save_model(folder / "vq.safetensors", filled(LAYOUTS["llamagen-vq"].module(codes), 5), "llamagen-vq", codes)
    config = LlamaGenGptConfig(16, 2, 2, 1, 24, 8, 16, None, 16, 4)
    digests = {role: sha256(path) for role, path in (("tokenizer", vq), ("text_encoder", folder / "text_encoder.safetensors"))}
    save_model(folder / "next_token.safetensors", filled(LAYOUTS["llamagen-gpt"].module(config), 6), "llamagen-gpt", config, **digests)


def tiny_tokenizer(folder: Path, layout: str, config: Any = None, seed: int = 0) -> Tokenizer:
    return open_tokenizer(str(save(folder, layout, config, seed)))


def pair(folder: Path, layout: str) -> tuple[Path, Path]:
    """Files of a tokenizer and of a generator that fits it."""
    if layout in LED_BY_CLASS:
        config, tokenizer, its = LED_BY_CLASS[layout]
        return save(folder, tokenizer, its), save(folder, layout, config, large=1)
    return save(folder, (GENERATORS | STUDENTS)[layout][1]), save(folder, layout)


def tiny_generator(folder: Path, layout: str, seed: int = 0, **sizes: Any) -> Generator:
    """A generator of a layout with a tokenizer that fits."""
    config, tokenizer = (GENERATORS | STUDENTS)[layout]
    path = save(folder, layout, dataclasses.replace(config, **sizes), seed)
    return open_generator(str(path), tiny_tokenizer(folder, tokenizer))
