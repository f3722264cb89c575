"""The node that puts a picture into a larger canvas."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

import torch

from graph_engine.declaration import UNPAINTED, Choice, Color, Integer, Number, Painted, node
from nodes.painting.frame_document import frame_in_pixels, framed, new_part
from nodes.values import Image, Mask


class Outpainted(NamedTuple):
    image: Image
    mask: Mask


@node(words=("extend", "uncrop", "pad", "border", "canvas", "crop", "expand"))
def outpaint_frame(
    image: Image,
    painted: Annotated[dict[str, Any], Painted("frame")] = UNPAINTED,
    fill: Annotated[str, Choice(("edge", "mirror", "color", "clear"))] = "edge",
    color: Annotated[str, Color()] = "#808080",
    overlap: Annotated[int, Integer(soft=(0, 64), hard=(0, 2048), unit="px")] = 8,
    feather: Annotated[float, Number(soft=(0, 64), hard=(0, 512), step=1, unit="px")] = 8.0,
    multiple: Annotated[int, Integer(soft=(1, 64), hard=(1, 512), unit="px")] = 1,
) -> Outpainted:
    """Extend a picture beyond its edges: a larger canvas, and a mask of what is new in it.

    Press E with the node selected, and drag the edges or corners of the frame over the picture. Dragged inwards they
    cut off. The pixels of the picture stay exactly what they were.

    The mask reaches a little into the picture, so that what is made there can join what is known without a seam.

    Args:
        image: The picture to extend.
        painted: How far the frame goes beyond each edge.
        fill: What stands in for the new part: the nearest pixels, the mirrored picture, a color, or nothing.
        color: The color where that is chosen.
        overlap: How far the mask reaches into the picture.
        feather: How far its edge fades.
        multiple: Sides of the canvas become multiples of this; what is missing is added to the right and below.

    Returns:
        image: The larger canvas with the picture in it.
        mask: What is new: 1 where something is to be made.
    """
    height, width = image.pixels.shape[2:]
    frame = frame_in_pixels(painted, width, height, multiple)
    mask = torch.from_numpy(new_part(frame, width, height, overlap, feather))[None, None]
    return Outpainted(Image(framed(image.pixels, frame, fill, color)), Mask(mask))
