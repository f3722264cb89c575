"""From what an architecture predicts to denoised predictions, for several prompts in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor

from nodes.models.flow_transformer import FlowTransformer, Hints


class Prompt(Protocol):
    """What a prediction needs of a conditioning: features (batch or 1, words, width) and their mask (batch or 1, words)."""

    @property
    def sequence(self) -> Tensor: ...
    @property
    def mask(self) -> Tensor: ...


def predict_flow(
    model: FlowTransformer,
    x: Tensor,
    sigma: float,
    prompts: Sequence[Prompt | None],
    dtype: torch.dtype = torch.float32,
    hints: Hints | None = None,
) -> list[Tensor]:
    """The denoised predictions ``D = x − σ·v`` of a flow transformer.

    Args:
        model: float32 on any device.
        x: noisy latents (batch, channels, height, width) float32 on the model's device, of level sigma.
        sigma: noise level in 1 to 0.
        prompts: None = the empty prompt.
        dtype: precision of the large products; noise levels and positions keep float32, whose steps they need.
        hints: of one item, for all; given to the predictions of every prompt.

    Returns:
        one tensor a prompt, as x.
    """
    text, mask = _stacked(prompts, len(x), model.config.text_width)
    many = x.repeat(len(prompts), 1, 1, 1)
    level = torch.full((len(many),), sigma, device=x.device)
    with torch.no_grad(), torch.autocast(x.device.type, dtype, enabled=dtype != torch.float32):
        velocity = model(many, level, text.to(x.device), mask.to(x.device), _for_all(hints, many))
    return [x - sigma * part for part in velocity.float().chunk(len(prompts))]


def _stacked(prompts: Sequence[Prompt | None], batch: int, width: int) -> tuple[Tensor, Tensor]:
    """Features (prompts · batch, words, width) and masks, padded to the longest; one item serves a whole batch."""
    longest = max((prompt.sequence.shape[1] for prompt in prompts if prompt), default=1)
    text = torch.zeros(len(prompts), batch, longest, width)
    mask = torch.zeros(len(prompts), batch, longest, dtype=torch.bool)
    for row, prompt in enumerate(prompts):
        if prompt:
            words = prompt.sequence.shape[1]
            text[row, :, :words], mask[row, :, :words] = prompt.sequence, prompt.mask
    return text.flatten(0, 1), mask.flatten(0, 1)


def _for_all(hints: Hints | None, many: Tensor) -> Hints | None:
    if hints is None:
        return None
    given = (hints.known, hints.lines, hints.regions)
    return Hints(*(None if hint is None else hint.to(many).expand(len(many), -1, -1, -1) for hint in given))
