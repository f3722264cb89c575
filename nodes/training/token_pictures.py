"""Pictures of many prompts by the generators of tokens, by the program's own decoding, for sheets, for the judge and for effects.

Picture *i* of a call is item *i mod* the size of a batch: a sheet is the same again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from nodes.decoding.drawing import drawn_for
from nodes.decoding.logits import Draw
from nodes.decoding.strategies import Field, TokenStrategy
from nodes.decoding.tokens import AfterStep, Scale, unheard
from nodes.models.caption import left_padded
from nodes.models.llamagen_gpt import LlamaGenGpt, LlamaGenReader
from nodes.models.masked_generators import MaskedReader, UVitBert
from nodes.models.text_encoder import TextEncoder
from nodes.models.var_transformer import VarReader, VarTransformer
from nodes.runtime.token_families import STARTER_STRATEGIES
from nodes.training.autoencoder import premultiplied
from nodes.training.pictures import conditioning
from nodes.training.tokenizing import straight

AT_ONCE = {"cpu": 32, "cuda": 128}
"""Prompts of a batch."""
Lead = Callable[[Any], Scale]
Grids = tuple[tuple[int, int], ...]
Made = Callable[[Tensor, Tensor], Tensor]
"""``made(features, mask)``: straight pictures of captions (batch, words, width)."""


def constant(scale: float) -> Lead:
    return lambda level: scale


def rising(most: float) -> Lead:
    """From no guidance at the first step up to ``most``."""
    return lambda level: 1 + (most - 1) * (1 - level)


@dataclass(frozen=True)
class Way:
    """How a generator is decoded: by a strategy, with classifier-free guidance."""

    strategy: TokenStrategy
    lead: Lead


WAYS = {
    LlamaGenGpt: Way(STARTER_STRATEGIES["next token"], constant(2.0)),
    UVitBert: Way(STARTER_STRATEGIES["masked"], rising(5.0)),
    VarTransformer: Way(STARTER_STRATEGIES["next scale"], rising(4.0)),
}
"""How each architecture is decoded where nothing is said."""


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


def grids_of(model: LlamaGenGpt | UVitBert | VarTransformer) -> Grids:
    """(rows, columns) of the grids that the tokens of a picture fill one after another."""
    c = model.config
    sides = c.scales if isinstance(model, VarTransformer) else (round(c.length**0.5),)
    return tuple((side, side) for side in sides)


def ids_of(tokenizer: Any, rgba: Tensor) -> Tensor:
    """Tokens (batch, length) of straight pictures, of all scales one after another."""
    ids = tokenizer.encode(premultiplied(rgba) * 2 - 1)
    return torch.cat(ids, 1) if isinstance(ids, list) else ids.flatten(1)


def shown(tokenizer: Any, ids: Tensor, grids: Grids) -> Tensor:
    """Straight pictures of tokens (batch, length) over grids."""
    lengths = [rows * columns for rows, columns in grids]
    pixels = tokenizer.decode(ids.split(lengths, 1) if len(grids) > 1 else ids.unflatten(1, grids[0]))
    return straight((pixels / 2 + 0.5).clamp(0, 1))


def made_by(
    model: LlamaGenGpt | UVitBert | VarTransformer,
    tokenizer: Any,
    way: Way | None = None,
    seed: int = 0,
    after_step: AfterStep = unheard,
    given: Tensor | None = None,
    before: Tensor | None = None,
) -> Made:
    """Pictures by a generator and the tokenizer of its tokens; without a way, in that of `WAYS`.

    ``given`` (pictures, length) are ids that stay, −1 where one is to be made, of the pictures of ids ``before``; without it all are made.
    """
    c, how, grids = model.config, way or WAYS[type(model)], grids_of(model)

    def of(features: Tensor, mask: Tensor, items: Sequence[int]) -> Tensor:
        caption, seen = left_padded(features, mask, c.caption_length)
        conditions = [caption, model.unconditional(len(caption))]
        length = sum(rows * columns for rows, columns in grids)
        start = torch.full((len(caption), length), -1) if given is None else given[list(items)].cpu()
        codebook, its = getattr(tokenizer, "codebook", None), None if before is None else before[list(items)].to(features.device)
        planned = Field(start, grids, drawn_for(seed, items), how.lead, codebook, after_step, before=its)
        steps = [replace(step, asked=step.asked.to(features.device)) for step in how.strategy.steps(planned)]
        field = replace(planned, ids=start.to(features.device), draw=draws(seed, items, features.device))
        reader: Any = _reader(model, tokenizer, conditions, seen)
        return shown(tokenizer, how.strategy.decoded(reader, field, steps), grids)

    def made(features: Tensor, mask: Tensor) -> Tensor:
        items = range(len(features))
        groups: Sequence[Sequence[int]] = [[item] for item in items] if how.strategy.alone else [items]
        return torch.cat([of(features[list(group)], mask[list(group)], group) for group in groups])

    return made


def _reader(model: Any, tokenizer: Any, conditions: Sequence[Tensor], mask: Tensor) -> Any:
    if isinstance(model, LlamaGenGpt):
        return LlamaGenReader(model, conditions, mask)
    if isinstance(model, UVitBert):
        return MaskedReader(model, conditions)
    return VarReader(model, tokenizer, conditions)
