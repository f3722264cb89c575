"""The node that mixes the tokens of two pictures."""

from __future__ import annotations

from typing import Annotated, Literal

from graph_engine.declaration import Number, Seed, node
from nodes.runtime.token_editing import blended
from nodes.values import Tokens


@node(words=("mix", "merge", "interpolate", "morph", "1d"))
def blend_tokens(
    first: Tokens,
    second: Tokens,
    share: Annotated[float, Number(soft=(0, 1), hard=(0, 1), step=0.05)] = 0.5,
    where: Literal["head", "tail", "scattered"] = "tail",
    seed: Annotated[int, Seed()] = 0,
) -> Tokens:
    """Mix two pictures by taking a share of the tokens from the second.

    In 1D tokenizers (Yu et al. 2024, "TiTok") each token speaks for the whole picture, so tokens of two pictures make one
    that has something of both. With head the second gives what comes first, which in ordered tokenizers is the composition;
    with tail it gives the details. In a grid, head and tail are the upper and the lower part.

    Args:
        first: Tokens of one picture.
        second: Tokens of the other, of the same tokenizer and size.
        share: How much comes from the second: 0 is the first picture, 1 the second.
        where: Which of its tokens are taken: the first, the last, or some at random.
        seed: Which ones where they are scattered.

    Returns:
        The mixture, for Decode, or for Generate where tokens are unknown.
    """
    return blended(first, second, share, where, seed)
