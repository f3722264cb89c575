"""Pictures of many prompts by the generators of tokens, by the program's own decoding, for sheets and for the judge.

Picture *i* of a call is item *i mod* the size of a batch: a sheet is the same again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from nodes.decoding.drawing import drawn_for
from nodes.decoding.logits import Draw, Sampler
from nodes.decoding.masked import Unmasking, rising, unmask
from nodes.decoding.next_scale import over_scales
from nodes.decoding.strategies import Field, Picking, Raster, TokenStrategy
from nodes.decoding.tokens import AfterStep, fill, unheard
from nodes.models.caption import left_padded
from nodes.models.llamagen_gpt import LlamaGenGpt, LlamaGenReader
from nodes.models.llamagen_vq import LlamaGenVq
from nodes.models.masked_generators import MaskedReader, UVitBert
from nodes.models.text_encoder import TextEncoder
from nodes.models.var_transformer import VarReader, VarTransformer
from nodes.models.var_vqvae import VarVqvae
from nodes.training.pictures import conditioning
from nodes.training.tokenizing import straight

AT_ONCE = {"cpu": 32, "cuda": 128}
"""Prompts of a batch."""
RASTER = Raster(Picking(top_p=0.95))
Made = Callable[[Tensor, Tensor], Tensor]
"""``made(features, mask)``: straight pictures of captions (batch, words, width)."""


def draws(seed: int, items: Sequence[int], device: torch.device) -> Draw:
    draw = drawn_for(seed, items)
    return lambda kind, step, shape: draw(kind, step, shape).to(device)


def of_prompts(encoder: TextEncoder, prompts: list[str], made: Made) -> Tensor:
    """One picture a prompt (prompts, 4, side, side), straight RGBA on the CPU."""
    device = next(encoder.parameters()).device
    pictures = []
    for start in range(0, len(prompts), AT_ONCE[device.type]):
        words = conditioning(encoder, prompts[start : start + AT_ONCE[device.type]])
        with torch.no_grad():
            pictures.append(made(words.sequence.to(device), words.mask.to(device)).float().cpu())
    return torch.cat(pictures)


def _unknown(features: Tensor, length: int) -> Tensor:
    return torch.full((len(features), length), -1, device=features.device)


def next_token(
    model: LlamaGenGpt,
    tokenizer: LlamaGenVq,
    scale: float = 3.0,
    strategy: TokenStrategy = RASTER,
    seed: int = 0,
    after_step: AfterStep = unheard,
) -> Made:
    c = model.config

    def written(features: Tensor, mask: Tensor, items: Sequence[int]) -> Tensor:
        caption, seen = left_padded(features, mask, c.caption_length)
        reader = LlamaGenReader(model, [caption, model.unconditional(len(caption))], seen)
        draw = draws(seed, items, features.device)
        field = Field(_unknown(features, c.length), ((c.side, c.side),), draw, lambda level: scale, after_step=after_step)
        return strategy.decoded(reader, field, strategy.steps(field))

    def made(features: Tensor, mask: Tensor) -> Tensor:
        items = range(len(features))
        groups = [[item] for item in items] if strategy.alone else [items]
        ids = torch.cat([written(features[list(group)], mask[list(group)], group) for group in groups])
        return straight((tokenizer.decode(ids.unflatten(1, (c.side, c.side))) / 2 + 0.5).clamp(0, 1))

    return made


def masked(model: UVitBert, tokenizer: LlamaGenVq, scale: float = 3.0, temperature: float = 3.0, steps: int = 12, seed: int = 0) -> Made:
    def made(features: Tensor, mask: Tensor) -> Tensor:
        c = model.config
        caption, _ = left_padded(features, mask, c.caption_length)
        how = Unmasking(rising(2 * (scale - 1), steps), temperature, draw=draws(seed, range(len(features)), features.device))
        ids = unmask(MaskedReader(model, [caption, model.unconditional(len(caption))]), _unknown(features, c.length), how)
        side = round(c.length**0.5)
        return straight((tokenizer.decode(ids.unflatten(1, (side, side))) / 2 + 0.5).clamp(0, 1))

    return made


def next_scale(model: VarTransformer, tokenizer: VarVqvae, strength: float = 3.0, p: float = 0.95, seed: int = 0) -> Made:
    def made(features: Tensor, mask: Tensor) -> Tensor:
        c = model.config
        caption, _ = left_padded(features, mask, c.caption_length)
        reader = VarReader(model, tokenizer, [caption, model.unconditional(len(caption))])
        length = sum(side**2 for side in c.scales)
        sampler = Sampler(draws(seed, range(len(features)), features.device), p=p, ascending=True)
        ids = fill(reader, _unknown(features, length), over_scales(c.scales, strength), sampler)
        return straight(tokenizer.pixels(reader.accumulated(ids)) / 2 + 0.5)

    return made
