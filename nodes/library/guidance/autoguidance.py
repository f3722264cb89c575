"""The node of guidance by a worse generator."""

from __future__ import annotations

from typing import Annotated

from graph_engine.declaration import Number, node
from graph_engine.errors import Failure
from nodes.decoding.guidance import Auto
from nodes.values import Generator, Guidance

Level = Number(soft=(0, 1), hard=(0, 1))


@node(foretells=True, words=("bad version of itself", "karras", "weak model", "second generator"))
def autoguidance(
    worse: Generator,
    scale: Annotated[float, Number(soft=(1, 5), hard=(0, None), step=0.1)] = 2.0,
    start: Annotated[float, Level] = 1.0,
    end: Annotated[float, Level] = 0.0,
) -> Guidance:
    """Lead a generator away from the mistakes of a worse one.

    A smaller or less trained generator errs in the same places, only more. Going from its prediction past that of the
    good one, worse + scale · (good − worse), takes errors away without taking variety (Karras et al. 2024, "Guiding a
    diffusion model with a bad version of itself"). Both are led by the same prompt. It works on latents and on tokens.

    Args:
        worse: A smaller or less trained generator of the same family and tokenizer.
        scale: How far past the good prediction to go; 1 is no guidance.
        start: The highest level that is guided: 1 guides from the first step on.
        end: The level where guidance ends: 0 guides up to the last step.

    Returns:
        The guidance, for Generate.
    """
    if end > start:
        raise Failure(f"end: must not be above start ({start:g}), got {end:g}", "The way goes from level 1 down to 0.")
    return Auto(worse, scale, start, end)
