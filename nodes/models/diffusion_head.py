"""A small network that denoises one continuous token, given what a transformer says of it.

Li et al. 2024, "Autoregressive image generation without vector quantization" (MAR), section 3.2 and appendix. Keys as published.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.blocks import modulated, time_waves
from nodes.models.shapes import Shapes, count

WAVES = 256


class TimeEmbedding(nn.Module):
    """Waves of t through two layers: (batch,) to (batch, width)."""

    def __init__(self, width: int, waves: int = WAVES) -> None:
        super().__init__()
        self.waves = waves
        self.mlp = nn.Sequential(nn.Linear(waves, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, t: Tensor) -> Tensor:
        return self.mlp(time_waves(t, self.waves).to(self.mlp[0].weight.dtype))


class _Block(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.in_ln = nn.LayerNorm(width, 1e-6)
        self.mlp = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(width, 3 * width))

    def forward(self, x: Tensor, modulation: Tensor) -> Tensor:
        shift, scale, gate = modulation.chunk(3, -1)
        return x + gate * self.mlp(modulated(self.in_ln(x), shift, scale))


class _Last(nn.Module):
    def __init__(self, width: int, out: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, out)
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(width, 2 * width))

    def forward(self, x: Tensor, modulation: Tensor) -> Tensor:
        shift, scale = modulation.chunk(2, -1)
        return self.linear(modulated(F.layer_norm(x, x.shape[-1:], eps=1e-6), shift, scale))


class DiffusionHead(nn.Module):
    """Noise and how much of it, for tokens (n, D) at times (n,) given conditions (n, condition width): (n, 2·D)."""

    def __init__(self, token_width: int, condition_width: int, width: int, depth: int) -> None:
        super().__init__()
        self.time_embed = TimeEmbedding(width)
        self.cond_embed = nn.Linear(condition_width, width)
        self.input_proj = nn.Linear(token_width, width)
        self.res_blocks = nn.ModuleList(_Block(width) for _ in range(depth))
        self.final_layer = _Last(width, 2 * token_width)

    def forward(self, x: Tensor, t: Tensor, condition: Tensor) -> Tensor:
        return self.denoised(x, self.modulations(self.time_embed(t) + self.cond_embed(condition)))

    def modulations(self, y: Tensor) -> list[Tensor]:
        """What shifts, scales and gates each layer, of y (…, width)."""
        return [layer.adaLN_modulation(y) for layer in (*self.res_blocks, self.final_layer)]

    def denoised(self, x: Tensor, modulations: Sequence[Tensor]) -> Tensor:
        x = self.input_proj(x)
        for block, modulation in zip((*self.res_blocks, self.final_layer), modulations, strict=True):
            x = block(x, modulation)
        return x


ROWS = 256
"""Of a product that is as quick a row as larger ones."""


class HeadOver:
    """A head over conditions (n, condition width) that stay the same, at steps that are known: ``over(x, t)``.

    What modulates its layers does not go by x, so it is told of several steps in one product: few rows take the time of fetching weights.
    """

    def __init__(self, head: DiffusionHead, condition: Tensor, steps: Sequence[int]) -> None:
        self.head, self.condition, self.steps = head, head.cond_embed(condition), list(steps)
        self._ready: dict[int, list[Tensor]] = {}

    def __call__(self, x: Tensor, t: int) -> Tensor:
        """Noise and its variance (n, 2·D) for noisy tokens (n, D); steps come in their order."""
        if t not in self._ready:
            at = self.steps.index(t)
            some = self.steps[at : at + max(1, ROWS // len(x))]
            times = self.head.time_embed(torch.tensor(some, device=x.device))
            found = self.head.modulations(times[:, None] + self.condition)  # each (steps, n, …)
            self._ready = {step: [modulation[i] for modulation in found] for i, step in enumerate(some)}
        return self.head.denoised(x, self._ready[t])


def head_sizes(shapes: Shapes) -> dict[str, int]:
    """Width and depth of the head below ``diffloss.net``."""
    return {"head_width": shapes["diffloss.net.input_proj.weight"][0], "head_depth": count(shapes, "diffloss.net.res_blocks.")}
