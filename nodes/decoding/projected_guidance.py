"""Guidance without oversaturation: the part along the conditional prediction is left out.

Sadat et al. 2024, "Eliminating oversaturation and artifacts of high guidance scales in diffusion models" (APG), algorithm 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor


@dataclass
class Projected:
    """``c + (scale − 1)·d`` where d is the difference ``c − u``, with reverse momentum, bounded, without its part along c.

    One object goes with one decoding, since the momentum remembers.

    Attributes:
        momentum: what of the last difference is added, usually negative.
        along: how much of the part along c is kept.
        longest: what length d is bounded to, per item.
    """

    scale: float
    momentum: float = -0.5
    along: float = 0.0
    longest: float = 2.5
    _before: Tensor | float = field(default=0.0, init=False)

    def __call__(self, conditional: Tensor, unconditional: Tensor) -> Tensor:
        self._before = difference = conditional - unconditional + self.momentum * self._before
        axes = tuple(range(1, difference.ndim))
        length = difference.double().square().sum(axes, keepdim=True).sqrt()
        difference = difference * (self.longest / length).clamp(max=1)
        c = conditional.double()
        parallel = (difference * c).sum(axes, keepdim=True) / c.square().sum(axes, keepdim=True) * c
        bent = (difference - parallel + self.along * parallel).to(conditional.dtype)
        return conditional + (self.scale - 1) * bent
