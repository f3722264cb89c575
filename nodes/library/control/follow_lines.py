"""The node that lets a generator follow drawn lines."""

from __future__ import annotations

from typing import Annotated

from graph_engine.declaration import Number, node
from nodes.decoding.controls import Drawn
from nodes.values import Control, Mask


@node(words=("sketch", "scribble", "line art", "controlnet", "edges", "outline"))
def follow_lines(
    lines: Mask,
    strength: Annotated[float, Number(soft=(0, 2), hard=(0, 10), step=0.1)] = 1.0,
) -> Control:
    """Lead a generator by drawn lines, as the outlines of what the picture shows.

    The generator must have been trained with lines, as the starter's flow models with hints are. Thick lines are made thin
    first, so that any brush will do. For a sketch in colors there is *Begin with picture*, which leads every flow model.

    Args:
        lines: What was drawn, as the lines of *Sketch*.
        strength: How much the lines count: 1 as in training, 0 not at all.

    Returns:
        What leads Generate.
    """
    return Drawn(lines, strength)
