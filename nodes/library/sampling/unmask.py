"""The node that decodes masked tokens."""

from __future__ import annotations

from typing import Annotated, Literal

from graph_engine.declaration import Integer, Number, node
from nodes.decoding.strategies import TokenStrategy, Unmask

Schedule = Literal["arccos", "cosine", "linear", "square", "cubic", "square root"]


@node(foretells=True, work=("steps",), words=("maskgit", "masked", "parallel", "confidence", "re-mask", "titok", "maskbit", "meissonic"))
def unmask(
    steps: Annotated[int, Integer(soft=(1, 64), hard=(1, 4096))] = 8,
    schedule: Schedule = "arccos",
    randomness: Annotated[float, Number(soft=(0, 15), hard=(0, 1000), step=0.1)] = 4.5,
    annealed: bool = True,
    unsure: bool = True,
    back: Annotated[float, Number(soft=(0, 0.5), hard=(0, 1), step=0.01)] = 0.0,
    odds: bool = False,
) -> TokenStrategy:
    """Write all tokens at once, keep the surest, and think again about the others.

    A masked generator predicts every unknown token in each step; those it is surest of stay, the others are masked again
    (Chang et al. 2022, "MaskGIT: masked generative image transformer"). Eight steps already make a picture.

    The schedule says how many stay masked: *arccos* and *cosine* settle few at first and many in the end, *linear* as
    many in each step, *square root* many at first.

    What stays is not looked at again, unless tokens are taken back: then each step masks a share of what was written, wherever
    it is, and mistakes of early steps are mended with more around them (Wang et al. 2025, "Remasking discrete diffusion
    models with inference-time scaling"). It takes more steps to be of use: 32 and more.

    Args:
        steps: How many times all unknown tokens are predicted.
        schedule: How the number of masked tokens falls.
        randomness: How much chance is in draws and ranking at the start; it falls to nothing. 0 is no chance at all.
        annealed: Sharpen predictions towards the end.
        unsure: Let chance into the ranking too, so that not the same places are settled first.
        back: The share of the written tokens that each step takes back; 0 takes none back.
        odds: Draw tokens as likely as they are, and let chance into the ranking alone, as Meissonic was made for.

    Returns:
        The strategy, for Generate.
    """
    return Unmask(count=steps, schedule=schedule, randomness=randomness, annealed=annealed, unsure=unsure, back=back, odds=odds)
