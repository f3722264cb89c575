"""The node that uncovers masked tokens at chance times."""

from __future__ import annotations

from typing import Annotated

from graph_engine.declaration import Integer, Number, node
from nodes.decoding.jumps import Jumps
from nodes.decoding.strategies import Picking, TokenStrategy


@node(foretells=True, work=("steps",), words=("trapezoidal", "tau-leaping", "discrete diffusion", "solver", "masked", "mdlm"))
def chance_times(
    steps: Annotated[int, Integer(soft=(1, 64), hard=(1, 4096))] = 16,
    second_look: Annotated[float, Number(soft=(0, 0.9), hard=(0, 0.99), step=0.05)] = 0.5,
    temperature: Annotated[float, Number(soft=(0, 2), hard=(0, 100), step=0.05)] = 1.0,
) -> TokenStrategy:
    """Uncover masked tokens at chance times, as the model learned them: diffusion of tokens, solved step by step.

    *Unmask* keeps what it is surest of, which is quick and makes plain pictures. Here it is chance which tokens appear first, so
    pictures vary as those that the model learned from. A second look within each step (Ren et al. 2025, "Fast solvers for
    discrete diffusion models", the θ-trapezoidal method) corrects the step by what it has just uncovered: it costs another
    pass, and comes nearer to what the model learned than twice the steps without it.

    Args:
        steps: How often some tokens are uncovered.
        second_look: Where in a step the model is asked again; 0 never asks again, which takes half the time.
        temperature: Above 1 draws more daringly, below 1 more safely; 0 always takes the likeliest token.

    Returns:
        The strategy, for Generate.
    """
    return Jumps(Picking(temperature=temperature), steps, second_look)
