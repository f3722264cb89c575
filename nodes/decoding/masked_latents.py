"""Masked decoding of continuous tokens: in random order, a growing number at a time, each drawn by a small diffusion model.

Li et al. 2024, "Autoregressive image generation without vector quantization" (MAR), section 3.3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import torch
from torch import Tensor

from nodes.decoding.diffusion import Schedule, ancestral
from nodes.decoding.orders import still_masked
from nodes.decoding.tokens import AfterStep, Scale, guided, prompts_of, unheard


class Condition(Protocol):
    def __call__(self, tokens: Tensor, known: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
        """What conditions the head: z (prompts, batch, asked, width), in raster order.

        Of tokens (batch, length, D), what is known of them and which are asked for, both (batch, length) bool.
        """


Head = Callable[[Tensor, Sequence[int]], Callable[[Tensor, int], Tensor]]
"""``head(z, steps)(x, t)``: noise and variance (n, 2·D) in tokens (n, D) at one of the steps, which come in their order."""

Noise = Callable[[int, int, tuple[int, ...]], Tensor]
"""``noise(step, number, shape)``: normal numbers; number 0 is what a token starts from, the others are added."""


@dataclass(frozen=True, eq=False)
class Latents:
    """How masked latents are decoded.

    Attributes:
        order: (batch, length) places; the last come first.
        steps: how many.
        scale: of classifier-free guidance on the noise; 1 = off.
        growing: whether the scale grows from 1 with the share that is decoded.
        schedule: of the head's diffusion.
        temperature: what its added noise is multiplied by.
    """

    order: Tensor
    steps: int
    scale: float
    growing: bool
    schedule: Schedule
    temperature: float = 1.0

    def remaining(self) -> list[int]:
        """How many tokens are masked after each step: every step does something, the last one everything."""
        counts, masked = [], self.order.shape[1]
        for count in still_masked(masked, self.steps):
            masked = max(1, min(masked - 1, count))
            counts.append(masked)
        return counts


def decode(
    condition: Condition,
    head: Head,
    width: int,
    how: Latents,
    noise: Noise,
    leads: Sequence[Scale] = (),
    after_step: AfterStep = unheard,
) -> Tensor:
    """Tokens (batch, length, width).

    Args:
        condition: the transformer.
        head: the diffusion model.
        width: values of a token, D.
        how: order, schedule and guidance.
        noise: random numbers.
        leads: what leads each step, in place of the scale of ``how``.
        after_step: called after each step with the tokens so far, 0 where unknown.
    """
    batch, length = how.order.shape
    tokens = how.order.new_zeros(batch, length, width, dtype=torch.float32)
    known = torch.zeros_like(how.order, dtype=torch.bool)
    before = length
    for step, left in enumerate(how.remaining()):
        if left == before and step < how.steps - 1:  # more steps than tokens
            after_step(step + 1, tokens)
            continue
        before, after = left, torch.ones_like(known)
        if step < how.steps - 1:
            after.scatter_(1, how.order[:, :left], False)
        asked = after & ~known  # flattened by item, then in raster order
        z = condition(tokens, known, asked, prompts_of(leads[step]) if leads else 1 if how.scale == 1 else 2)
        lead = leads[step] if leads else 1 + (how.scale - 1) * (length - left) / length if how.growing else how.scale
        fresh = _drawn(head, z.flatten(1, 2), width, lead, how, partial(noise, step))
        tokens[asked], known = fresh, after
        after_step(step + 1, tokens)
    return tokens


def _drawn(head: Head, z: Tensor, width: int, lead: Scale, how: Latents, noise: Callable[[int, tuple[int, ...]], Tensor]) -> Tensor:
    """Tokens (n, width) of conditions (prompts, n, …)."""
    shape, over = (z.shape[1], width), head(z.flatten(0, 1), how.schedule.steps[::-1])

    def predict(x: Tensor, t: int) -> tuple[Tensor, Tensor]:
        found = over(x.repeat(len(z), 1), t).unflatten(0, (len(z), -1))
        # The noise alone is guided; its variance stays that of the positive prompt.
        return guided(found[..., :width], lead), found[0, :, width:]

    return ancestral(predict, noise(0, shape), how.schedule, lambda number: noise(1 + number, shape), how.temperature)
