"""How words enter a generator of tokens: features of a text encoder, of a fixed length with the words at the end, through a small network.

The network is that of LlamaGen's caption embedder (Sun et al. 2024, section 2.2). It has no biases, so that padding, whose features are
zeros, gives zeros: a place without a word says nothing, and a caption without words is the empty prompt.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


def caption_projection(caption_width: int, width: int) -> nn.ModuleDict:
    return nn.ModuleDict({"fc1": nn.Linear(caption_width, width, bias=False), "fc2": nn.Linear(width, width, bias=False)})


def projected(layers: nn.ModuleDict, features: Tensor) -> Tensor:
    """Features (batch, words, caption width) to (batch, words, width)."""
    return layers["fc2"](F.gelu(layers["fc1"](features), approximate="tanh"))


def left_padded(features: Tensor, mask: Tensor, length: int) -> tuple[Tensor, Tensor]:
    """Features (batch, length, width) and mask (batch, length): the first words, at the end in their order, zeros before them."""
    features, mask = features[:, :length], mask[:, :length]
    order = mask.long().argsort(dim=1, stable=True)
    mask = mask.gather(1, order)
    features = features.gather(1, order[..., None].expand_as(features)) * mask[..., None]
    room = length - features.shape[1]
    return F.pad(features, (0, 0, room, 0)), F.pad(mask, (room, 0))
