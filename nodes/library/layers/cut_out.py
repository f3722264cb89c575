"""The node that makes everything outside of a mask transparent."""

from __future__ import annotations

import torch

from graph_engine.declaration import node
from graph_engine.errors import Failure
from nodes.imaging.alpha import with_alpha
from nodes.values import Image, Mask


@node(words=("alpha", "transparent", "background", "extract", "sticker"))
def cut_out(image: Image, mask: Mask, invert: bool = False) -> Image:
    """Keep what a mask selects, and make the rest transparent: a layer for *Layers*.

    Colors stay as they are, also where they are no longer seen, so that a softer mask can bring them back.

    Args:
        image: The picture to cut from.
        mask: What is kept, of the same size.
        invert: Whether what is selected is taken away instead.

    Returns:
        The picture with transparency.
    """
    if image.pixels.shape[2:] != mask.pixels.shape[2:]:
        (height, width), (down, across) = image.pixels.shape[2:], mask.pixels.shape[2:]
        message = f"mask: must have the size {width} × {height} of the picture, got {across} × {down}"
        raise Failure(message, "Make the mask on the picture itself.")
    share = 1 - mask.pixels if invert else mask.pixels
    whole = with_alpha(image.pixels)
    return Image(torch.cat([whole[:, :3].expand(max(len(whole), len(share)), -1, -1, -1), whole[:, 3:] * share], 1))
