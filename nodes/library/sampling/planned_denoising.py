"""The node that finds the tokens that fit worst and thinks about them again."""

from __future__ import annotations

from typing import Annotated

from graph_engine.declaration import Integer, Number, node
from graph_engine.errors import Failure
from nodes.decoding.planned import drafted
from nodes.decoding.strategies import TokenStrategy, Unmask


@node(foretells=True, words=("ddpd", "planner", "repair", "refine", "masked", "self-correction"), work=("rounds",))
def planned_denoising(
    strategy: TokenStrategy | None = None,
    rounds: Annotated[int, Integer(soft=(1, 16), hard=(1, 1024))] = 4,
    share: Annotated[float, Number(soft=(0, 1), hard=(0, 1), step=0.05)] = 0.3,
    temperature: Annotated[float, Number(soft=(0, 2), hard=(0, 100), step=0.05)] = 1.0,
) -> TokenStrategy:
    """Find the worst tokens of a picture and write only those again, a few times.

    Masked decoding never takes back what it settled early. Here each round judges every token and repaints those that fit
    worst (after Liu et al. 2024, "Think while you generate: discrete diffusion with planned denoising"). Their planner is a
    network of its own; here the generator itself judges, by telling each half of the tokens from the other half. A round
    takes three passes.

    Args:
        strategy: Unmask, which makes the first version; without a link, as it is by default.
        rounds: How often the worst tokens are written again.
        share: Which part of all tokens the first round writes again; later rounds take fewer.
        temperature: Above 1 draws more daringly, below 1 more safely; 0 always takes the likeliest token.

    Returns:
        The strategy, for Generate.
    """
    if (planned := drafted(strategy or Unmask(), rounds, share, temperature)) is None:
        raise Failure("strategy: must be Unmask, is another", "Connect Unmask, or nothing.")
    return planned
