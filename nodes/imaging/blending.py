"""Layers laid over one another: the separable blend modes of the W3C "Compositing and Blending" specification, as PDF has them."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Blend = Callable[[Tensor, Tensor], Tensor]
"""From the colors of backdrop and source, both straight in 0 to 1, to the blended color."""


def _hard_light(below: Tensor, above: Tensor) -> Tensor:
    return torch.where(above <= 0.5, below * 2 * above, _screen(below, 2 * above - 1))


def _screen(below: Tensor, above: Tensor) -> Tensor:
    return below + above - below * above


def _dodge(below: Tensor, above: Tensor) -> Tensor:
    brighter = (below / (1 - above).clamp(min=1e-6)).clamp(max=1)
    return torch.where(below == 0, 0.0, torch.where(above >= 1, 1.0, brighter))


def _burn(below: Tensor, above: Tensor) -> Tensor:
    darker = 1 - ((1 - below) / above.clamp(min=1e-6)).clamp(max=1)
    return torch.where(below >= 1, 1.0, torch.where(above <= 0, 0.0, darker))


def _soft_light(below: Tensor, above: Tensor) -> Tensor:
    curve = torch.where(below <= 0.25, ((16 * below - 12) * below + 4) * below, below.sqrt())
    darker = below - (1 - 2 * above) * below * (1 - below)
    return torch.where(above <= 0.5, darker, below + (2 * above - 1) * (curve - below))


BLENDS: dict[str, Blend] = {
    "normal": lambda below, above: above,
    "multiply": lambda below, above: below * above,
    "screen": _screen,
    "overlay": lambda below, above: _hard_light(above, below),
    "darken": torch.minimum,
    "lighten": torch.maximum,
    "color dodge": _dodge,
    "color burn": _burn,
    "hard light": _hard_light,
    "soft light": _soft_light,
    "difference": lambda below, above: (below - above).abs(),
    "exclusion": lambda below, above: below + above - 2 * below * above,
}


def blended(below: Tensor, above: Tensor, mode: str) -> Tensor:
    """One layer over what lies below, all premultiplied RGBA (batch, 4, height, width) in 0 to 1."""
    alpha_below, alpha_above = below[:, 3:], above[:, 3:]
    mixed = BLENDS[mode](_color(below), _color(above))
    color = above[:, :3] * (1 - alpha_below) + below[:, :3] * (1 - alpha_above) + alpha_above * alpha_below * mixed
    alpha = alpha_above + alpha_below * (1 - alpha_above)
    return torch.cat([color, alpha], 1).clamp(0, 1)


def _color(premultiplied: Tensor) -> Tensor:
    return (premultiplied[:, :3] / premultiplied[:, 3:].clamp(min=1e-6)).clamp(0, 1)
