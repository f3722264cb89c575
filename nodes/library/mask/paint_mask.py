"""The node of masks that are painted by hand."""

from __future__ import annotations

from typing import Annotated, Any

import torch

from graph_engine.declaration import UNPAINTED, Integer, Number, Painted, node
from nodes.painting.edges import feathered, grown
from nodes.painting.mask_document import painted_mask
from nodes.painting.wand import bytes_to_compare
from nodes.values import Image, Mask

Side = Integer(soft=(64, 1024), hard=(1, 8192), unit="px")


@node(words=("brush", "lasso", "selection", "magic wand", "inpaint", "draw"))
def paint_mask(
    image: Image | None = None,
    painted: Annotated[dict[str, Any], Painted("mask")] = UNPAINTED,
    grow: Annotated[float, Number(soft=(-32, 32), hard=(-512, 512), step=1, unit="px")] = 0.0,
    feather: Annotated[float, Number(soft=(0, 32), hard=(0, 512), step=1, unit="px")] = 0.0,
    invert: bool = False,
    width: Annotated[int, Side] = 512,
    height: Annotated[int, Side] = 512,
) -> Mask:
    """Paint a mask over a picture: brush, lasso, rectangle, ellipse, polygon, magic wand.

    Press E with the node selected, and paint on the picture that leads in. What is painted is kept as shapes, not as
    pixels: every stroke can be undone, and a picture of another size takes them along. A magic wand keeps its place and
    tolerance and looks at the picture anew each time, so it follows when the picture changes.

    Growing comes first, then the soft edge, then the inversion; the three can be changed at any time.

    Args:
        image: The picture to paint on; the mask gets its size. Without one, width and height count.
        painted: The shapes that were painted.
        grow: By how much the selection is made larger, or with a negative number smaller.
        feather: How far the edge fades.
        invert: Whether what was painted is kept instead of changed.
        width: Width of the mask without a picture.
        height: Height of the mask without a picture.

    Returns:
        The mask: 1 where something is to be changed.
    """
    if image is not None:
        height, width = image.pixels.shape[2:]
    plane = painted_mask(painted, width, height, None if image is None else bytes_to_compare(image.pixels))
    soft = torch.from_numpy(feathered(grown(plane, grow), feather))[None, None]
    return Mask(1 - soft if invert else soft)
