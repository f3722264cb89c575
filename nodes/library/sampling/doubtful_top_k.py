"""The node that lets the number of tokens follow from how sure a prediction is."""

from __future__ import annotations

import dataclasses
from typing import Annotated

from graph_engine.declaration import Integer, node
from nodes.decoding.strategies import TokenStrategy


@node(foretells=True, title="Top-k by entropy", words=("pure", "entropy", "top-k", "adaptive"))
def doubtful_top_k(
    strategy: TokenStrategy,
    sure_k: Annotated[int, Integer(soft=(1, 500), hard=(1, 2**20))] = 10,
    unsure_k: Annotated[int, Integer(soft=(0, 4000), hard=(0, 2**20))] = 0,
    warm: bool = False,
) -> TokenStrategy:
    """Choose among few tokens where the picture is plain, among many where it is busy.

    A sky has few right tokens and foliage many, and the entropy of a prediction tells which it is. So k grows with it,
    after the idea of Wei et al. 2025, "Perceive, understand and restore" (PURE); the line from entropy to k is our own.
    *warm* varies the temperature too, the other way round: more in plain places (Ma et al. 2025, "Towards better & faster
    autoregressive image generation").

    Args:
        strategy: How tokens are decoded otherwise.
        sure_k: How many of the likeliest tokens may be drawn where the prediction is certain.
        unsure_k: How many where every token is as likely as any other; 0 is all.
        warm: Draw more daringly in plain places, more safely in busy ones.

    Returns:
        The strategy, for Generate.
    """
    return strategy.with_picking(dataclasses.replace(strategy.picking, sure_k=sure_k, top_k=unsure_k, warm=warm))
