"""Pictures of many prompts at once, by the program's own decoding, for sheets and for the judge."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor

from nodes.decoding.denoising import denoised, guided
from nodes.decoding.guidance import ClassifierFree
from nodes.decoding.noise import noise
from nodes.decoding.solvers import Denoise
from nodes.models.flow_transformer import FlowTransformer
from nodes.models.layouts import build_model, open_model
from nodes.models.prediction import predict_flow
from nodes.models.rgba_autoencoder import RgbaAutoencoder
from nodes.models.text_encoder import TextEncoder, padded, tokenize, word_tokenizer
from nodes.values import Conditioning, Strategy


def starter(name: str, role: str) -> Any:
    """A model of the starter pack, ready for inference."""
    return build_model(open_model(f"starter/{name}", role))


def conditioning(encoder: TextEncoder, prompts: list[str]) -> Conditioning:
    """The prompts as one batch."""
    c = encoder.config
    tokenizer = word_tokenizer(tuple(c.vocabulary))
    words = [tokenize(prompt, tuple(c.vocabulary), c.max_words, tokenizer) for prompt in prompts]
    ids, mask = padded([found.ids for found in words], max(len(found.ids) for found in words))
    device = next(encoder.parameters()).device
    with torch.no_grad():
        sequence = encoder(ids.to(device), mask.to(device)).float().cpu()
    return Conditioning(sequence, mask, tuple(prompts), tuple(found.spans for found in words), "")


SCALE, LEVELS = 5.0, (1.0, 0.3)
"""How flow models are guided where nothing is said, and between which noise levels (Kynkäänniemi et al. 2024, "Applying guidance in a
limited interval"): below the second one guidance makes things ragged."""


def guidance(scale: float = SCALE, levels: tuple[float, float] = LEVELS) -> ClassifierFree:
    start, end = levels
    return ClassifierFree(scale, start, end)


DenoiseOf = Callable[[Conditioning], Denoise]
"""``denoise_of(words)``: the denoised prediction that a solver asks for, under these words."""


def pictures(
    model: FlowTransformer,
    encoder: TextEncoder,
    autoencoder: RgbaAutoencoder,
    prompts: list[str],
    strategy: Strategy | None = None,
    led: ClassifierFree | None = None,
    seed: int = 0,
) -> Tensor:
    """One picture a prompt (prompts, 4, side, side), straight RGBA on the CPU; picture *i* is item *i* of the seed's batch."""

    def denoise_of(words: Conditioning) -> Denoise:
        return guided(partial(predict_flow, model), words, led or guidance())

    return denoised_pictures(denoise_of, model, encoder, autoencoder, prompts, strategy, seed)


def denoised_pictures(
    denoise_of: DenoiseOf,
    model: FlowTransformer,
    encoder: TextEncoder,
    autoencoder: RgbaAutoencoder,
    prompts: list[str],
    strategy: Strategy | None = None,
    seed: int = 0,
) -> Tensor:
    """As `pictures`, by any prediction; the model tells the shape of the latents."""
    device = next(model.parameters()).device
    shape = (model.config.latent_channels, model.config.latent_side, model.config.latent_side)
    made = []
    for start in range(0, len(prompts), 32):
        part = prompts[start : start + 32]
        begin = noise(shape, seed, range(start, start + len(part))).to(device)
        latents = denoised(denoise_of(conditioning(encoder, part)), begin, strategy or Strategy("flow", "euler", 20))
        with torch.no_grad():
            made.append(autoencoder.decode(latents).cpu())
    return torch.cat(made)
