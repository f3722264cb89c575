"""Our decoding loops: as the program runs them, and plainly, each prompt in a pass of its own and all in float32."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from nodes.decoding import masked_latents
from nodes.decoding.diffusion import Schedule, cosine_betas, evenly
from nodes.decoding.drawing import drawn_for
from nodes.decoding.logits import Sampler
from nodes.decoding.masked import Unmasking, power_cosine, rising, unmask
from nodes.decoding.next_scale import over_scales
from nodes.decoding.tokens import Predict, fill, in_raster
from nodes.models.llamagen_gpt import LlamaGenReader
from nodes.models.masked_generators import MaskedReader
from nodes.models.rar import RarReader
from nodes.models.var_transformer import VarReader
from tests.bench.sizes import GUIDANCE, HEAD_STEPS, LENGTH, SIDES, STEPS, TOP_K, TOP_P

Run = Callable[[], Any]
MakeReader = Callable[[Sequence[Tensor]], Predict]
PROMPTS = (torch.tensor([1]), torch.tensor([1000]))


class Apart:
    """One reader a prompt, asked one after the other."""

    def __init__(self, make: MakeReader) -> None:
        self.readers = [make([prompt]) for prompt in PROMPTS]

    def __call__(self, ids: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
        return torch.cat([reader(ids, asked, 1) for reader in self.readers[:prompts]])


def reader(make: MakeReader, plain: bool) -> Predict:
    return Apart(make) if plain else make(PROMPTS)


draw = drawn_for(0, [0])


def unknown(length: int, filler: int = 0) -> Tensor:
    return torch.full((1, length), filler)


def llamagen(model: Any, _: Any, plain: bool, tokens: int = LENGTH) -> Run:
    steps, sampler = in_raster(tokens, [GUIDANCE["llamagen"]] * tokens), Sampler(draw, 1.0, TOP_K["llamagen"], 1.0)
    return lambda: fill(reader(lambda labels: LlamaGenReader(model, labels), plain), unknown(LENGTH), steps, sampler)


def rar(model: Any, _: Any, plain: bool) -> Run:
    steps = in_raster(LENGTH, power_cosine(GUIDANCE["rar"], LENGTH, 2.75))
    return lambda: fill(reader(lambda labels: RarReader(model, labels), plain), unknown(LENGTH), steps, Sampler(draw))


def var(model: Any, tokenizer: Any, plain: bool) -> Run:
    steps, sampler = over_scales(SIDES, GUIDANCE["var"]), Sampler(draw, 1.0, TOP_K["var"], TOP_P["var"], ascending=True)

    def run() -> Any:
        scales = reader(lambda labels: VarReader(model, tokenizer, labels), plain)
        ids = fill(scales, unknown(sum(side**2 for side in SIDES)), steps, sampler)
        return (scales.readers[0] if isinstance(scales, Apart) else scales).accumulated(ids)

    return run


def maskgit(model: Any, _: Any, plain: bool) -> Run:
    how = Unmasking(rising(GUIDANCE["maskgit"], STEPS["maskgit"]), 4.5, draw=draw)
    return lambda: unmask(reader(lambda labels: MaskedReader(model, labels), plain), unknown(LENGTH, -1), how)


def mar(model: Any, _: Any, plain: bool) -> Run:
    def condition(tokens: Tensor, known: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
        if plain:
            return torch.stack([model(tokens, known, label)[asked][None] for label in PROMPTS[:prompts]])
        both = torch.cat(PROMPTS[:prompts])
        return model(tokens.repeat(prompts, 1, 1), known.repeat(prompts, 1), both, asked.repeat(prompts, 1)).unflatten(0, (prompts, -1))

    def head(z: Tensor, steps: Sequence[int]) -> Callable[[Tensor, int], Tensor]:
        return (lambda x, t: model.head(x, torch.full((len(x),), t), z)) if plain else model.head_over(z, steps)

    schedule = Schedule.of(cosine_betas(), evenly(HEAD_STEPS))

    def run() -> Any:
        how = masked_latents.Latents(torch.randperm(LENGTH)[None], STEPS["mar"], GUIDANCE["mar"], True, schedule)
        return masked_latents.decode(condition, head, 16, how, lambda step, number, shape: torch.randn(shape))

    return run
