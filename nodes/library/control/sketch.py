"""The node of sketches that are drawn by hand."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

import torch

from graph_engine.declaration import UNPAINTED, Choice, Color, Integer, Painted, node
from nodes.painting.on_paper import on_paper
from nodes.painting.sketch_document import drawn_lines, painted_sketch
from nodes.values import Image, Mask

Side = Integer(soft=(64, 1024), hard=(1, 8192), unit="px")


class Sketched(NamedTuple):
    image: Image
    lines: Mask


@node(words=("draw", "paint", "scribble", "pen", "stroke", "tablet"))
def sketch(
    image: Image | None = None,
    painted: Annotated[dict[str, Any], Painted("sketch")] = UNPAINTED,
    paper: Annotated[str, Choice(("picture", "color", "clear"))] = "picture",
    color: Annotated[str, Color()] = "#ffffff",
    width: Annotated[int, Side] = 512,
    height: Annotated[int, Side] = 512,
) -> Sketched:
    """Draw with blocking and detail brushes, in layers.

    Press E with the node selected, and draw. Pressure makes the detail brush thicker and the blocking brush denser, a
    tilted pen draws broader, and strokes can be mirrored as they are drawn. Strokes are kept, not pixels, so that each
    can be undone and a sketch fits a picture of any size.

    Blocking strokes are meant for masses of color, detail strokes for lines; the lines also come out by themselves.

    Args:
        image: A picture to draw on, or to trace.
        painted: The layers and strokes that were drawn.
        paper: What lies below the strokes: the picture (the color, where none leads in), the color, or nothing.
        color: The color of the paper.
        width: Width of the sketch without a picture.
        height: Height of the sketch without a picture.

    Returns:
        image: The sketch on its paper.
        lines: What was drawn with the detail brush, as a mask.
    """
    if image is not None:
        height, width = image.pixels.shape[2:]
    drawn = torch.from_numpy(painted_sketch(painted, width, height))[None]
    lines = torch.from_numpy(drawn_lines(painted, width, height))[None, None]
    return Sketched(Image(on_paper(drawn, image.pixels if image else None, paper, color)), Mask(lines))
