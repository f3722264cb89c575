"""The node that lets a smaller generator begin."""

from __future__ import annotations

from typing import Annotated

from graph_engine.declaration import Number, node
from graph_engine.errors import Failure
from nodes.decoding.nested import Nested
from nodes.decoding.strategies import TokenStrategy
from nodes.values import Generator


@node(foretells=True, words=("t-stitch", "nested", "small model", "fast", "two models", "collaborative"))
def switch_generator(
    strategy: TokenStrategy,
    other: Generator,
    share: Annotated[float, Number(soft=(0, 1), hard=(0, 1), step=0.05)] = 0.4,
) -> TokenStrategy:
    """Let another generator write the first part of a picture, and the main one the rest.

    Generators that learned from the same pictures agree about much, so a small one can do part of the steps at a
    fraction of the time (Pan et al. 2024, "T-Stitch: accelerating sampling in pre-trained diffusion models with trajectory
    stitching", here on tokens). Give the small one as *other* to save time on the composition, or the large one to
    compose with care and let the small one fill in.

    Args:
        strategy: How tokens are decoded; each step asks once, so not Speculative Jacobi.
        other: A generator of the same family and tokenizer.
        share: Which part of the steps it does, from the first one on.

    Returns:
        The strategy, for Generate.
    """
    if strategy.alone:
        raise Failure("strategy: must ask once a step, Speculative Jacobi does not", "Connect another strategy, as Raster.")
    return Nested(strategy, other, share)
