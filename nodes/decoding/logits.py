"""From logits to one token a position: temperature, filters, the draw.

Logits are (…, codebook); what a filter removes becomes −∞.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

Draw = Callable[[str, int, tuple[int, ...]], Tensor]
"""``draw(kind, step, shape)``: fresh random numbers, by what they are for.

"token", "mixture": exponential, of mean 1; "token uniform", "confidence uniform": in 0 to 1."""

NOTHING = float("-inf")


def top_k(logits: Tensor, k: int) -> Tensor:
    """Keep the k largest (Fan et al. 2018), and whatever equals the k-th; 0 keeps all."""
    if not 0 < k < logits.shape[-1]:
        return logits
    return _from(logits, _kth(logits, k))


def top_k_by_doubt(logits: Tensor, sure_k: int, k: int) -> Tensor:
    """Keep few where the distribution is sharp and many where it is flat: ``sure_k + (k − sure_k)·H/ln V``, H the entropy.

    After the idea of Wei et al. 2025, "Perceive, understand and restore" (PURE); the mapping from entropy to k is our own.
    """
    codes = logits.shape[-1]
    most = min(k or codes, codes)
    ks = (sure_k + (most - sure_k) * entropy(logits) / math.log(codes)).round().long().clamp(1, codes)
    return _from(logits, ascending(logits).gather(-1, codes - ks[..., None]))


def top_p(logits: Tensor, p: float) -> Tensor:
    """Keep the smallest set of the likeliest that holds more than p (Holtzman et al. 2020); the one that crosses p stays.

    So does whatever is as likely as that one.
    """
    if p >= 1:
        return logits
    ordered = ascending(logits).flip(-1)
    kept = (ordered.softmax(-1).cumsum(-1) <= p).sum(-1, keepdim=True)  # those before the one that crosses
    return _from(logits, ordered.gather(-1, kept.clamp(max=logits.shape[-1] - 1)))


def bottom_p(logits: Tensor, p: float) -> Tensor:
    """Drop the unlikeliest that together hold no more than 1 − p; the likeliest always stays. 0 keeps all.

    The mirror of `top_p`, as VAR and its relatives have it: it drops the token that crosses where `top_p` keeps it.
    """
    if not 0 < p < 1:
        return logits
    ordered = ascending(logits)
    dropped = (ordered.softmax(-1).cumsum(-1) <= 1 - p).sum(-1, keepdim=True)
    return _from(logits, ordered.gather(-1, dropped.clamp(max=logits.shape[-1] - 1)))


def _from(logits: Tensor, least: Tensor) -> Tensor:
    """Those that are not below the least, one a position: (…, 1)."""
    return torch.where(logits < least, NOTHING, logits)


def ascending(logits: Tensor) -> Tensor:
    """Sorted logits; on a CPU by numpy, whose sort uses vector instructions and takes a tenth of the time of torch's."""
    if logits.device.type == "cpu":
        return torch.from_numpy(np.sort(logits.detach().numpy(), -1))
    return logits.sort(-1).values


def _kth(logits: Tensor, k: int) -> Tensor:
    """The k-th largest of each position: (…, 1)."""
    place = logits.shape[-1] - k
    if logits.device.type == "cpu":
        return torch.from_numpy(np.partition(logits.detach().numpy(), place, -1)[..., place, None])
    return logits.kthvalue(place + 1, -1, keepdim=True).values


def picked(likely: Tensor, exponential: Tensor) -> Tensor:
    """One draw of each distribution (…, codebook): argmax of p/E with E ~ Exp(1), which has the probabilities p."""
    return (likely / exponential).argmax(-1)


def gumbel(uniform: Tensor) -> Tensor:
    """Gumbel noise of uniform numbers; the clamps keep a 0 or a 1 finite."""
    return -torch.log((-torch.log(uniform.clamp(min=1e-20))).clamp(min=1e-20))


@dataclass(frozen=True)
class Sampler:
    """Temperature, then the filters, then one draw a position; without a draw the likeliest token is taken.

    Attributes:
        ascending: whether p drops from the unlikely end (`bottom_p`).
        sure_k: keep so many where the prediction is sure, ``k`` where it is not (`top_k_by_doubt`); 0 = k everywhere.
        warm: multiply the temperature by `warmth`, after the filters.
    """

    draw: Draw | None = None
    temperature: float = 1.0
    k: int = 0
    p: float = 1.0
    ascending: bool = False
    sure_k: int = 0
    warm: bool = False

    def filtered(self, logits: Tensor) -> Tensor:
        logits = logits / max(self.temperature, 1e-5)
        logits = top_k_by_doubt(logits, self.sure_k, self.k) if self.sure_k else top_k(logits, self.k)
        logits = bottom_p(logits, self.p) if self.ascending else top_p(logits, self.p)
        return logits / warmth(entropy(logits))[..., None] if self.warm else logits

    def __call__(self, logits: Tensor, step: int) -> Tensor:
        """Ids (batch, positions) of logits (batch, positions, codebook)."""
        return self.drawn(logits if self.draw is None else self.filtered(logits), step)

    def drawn(self, filtered: Tensor, step: int) -> Tensor:
        """The same, of logits that are filtered already."""
        if self.draw is None:
            return filtered.argmax(-1)
        likely = filtered.softmax(-1)
        return picked(likely, self.draw("token", step, tuple(likely.shape)))


def entropy(logits: Tensor) -> Tensor:
    """Of the distribution of each position, in nats: (…,)."""
    likely = logits.softmax(-1)
    return -(likely * likely.clamp(min=torch.finfo(likely.dtype).tiny).log()).sum(-1)


def warmth(entropy: Tensor) -> Tensor:
    """What a temperature is multiplied by: plain places, of low entropy, vary more, busy ones less.

    ``2.5·exp(−H/3) + 0.6`` (Ma et al. 2025, "Towards better & faster autoregressive image generation").
    """
    return 2.5 * torch.exp(-entropy / 3) + 0.6
