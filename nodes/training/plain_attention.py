"""Short attention by plain products, for training on a processor.

Forward and backward take 79 ms with torch's fused attention for processors and 26 ms with two batched products and a softmax at
64 × 4 heads of 84 tokens, as much as each other at 280 tokens, and 87 against 316 ms at 8 × 2 heads of 704 tokens (one core with AMX).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import torch.nn.functional as F
from torch import Tensor

SHORT = 272
"""Up to so many keys plain products are quicker."""

_fused = F.scaled_dot_product_attention


def attention(
    q: Tensor, k: Tensor, v: Tensor, attn_mask: Tensor | None = None, scale: float | None = None, enable_gqa: bool = False
) -> Tensor:
    """What F.scaled_dot_product_attention gives, of (batch, heads, length, head width) and a mask of bool, True = may be looked at."""
    if k.shape[-2] > SHORT:
        return _fused(q, k, v, attn_mask, scale=scale, enable_gqa=enable_gqa)
    if enable_gqa:
        k, v = (part.repeat_interleave(q.shape[1] // part.shape[1], 1) for part in (k, v))
    scores = (q @ k.mT).float() * (q.shape[-1] ** -0.5 if scale is None else scale)
    if attn_mask is not None:
        scores = scores.masked_fill(~attn_mask, -1e9)
    return scores.softmax(-1).to(v.dtype) @ v


@contextmanager
def plain_attention() -> Iterator[None]:
    """Inside, `attention` takes the place of torch's. (A mode of torch functions would do it too, but torch.compile cannot look through
    one where a model calls ``Tensor.unflatten``.)"""
    with patch.object(F, "scaled_dot_product_attention", attention):
        yield
