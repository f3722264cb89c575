"""The node that lays one picture into another where a mask says so."""

from __future__ import annotations

import torch

from graph_engine.declaration import node
from graph_engine.errors import Failure
from nodes.imaging.alpha import premultiplied, straight, with_alpha
from nodes.values import Image, Mask


@node(words=("paste", "composite", "inpaint", "stitch", "combine"))
def blend_by_mask(image: Image, other: Image, mask: Mask) -> Image:
    """Take one picture, and another where a mask selects.

    Where the mask is 0 every pixel stays exactly what it was, where it is 1 the other picture stands, and between the two
    are mixed. So what was made anew inside a mask goes back into the picture that it was made for.

    Args:
        image: The picture that stays outside of the mask.
        other: The picture that is seen inside of it, of the same size.
        mask: Where the other picture is taken, of the same size.

    Returns:
        The picture with the other one in it.
    """
    sizes = [tuple(value.pixels.shape[2:]) for value in (image, other, mask)]
    if len(set(sizes)) > 1:
        told = ", ".join(f"{name} {width} × {height}" for name, (height, width) in zip(("image", "other", "mask"), sizes, strict=True))
        raise Failure(f"blend by mask: all three must have one size, got {told}", "Make the mask on the picture itself.")
    share, below, above = mask.pixels, image.pixels, other.pixels
    if below.shape[1] == above.shape[1] == 3:
        mixed = below + (above - below) * share
    else:
        below, above = with_alpha(below), with_alpha(above)
        mixed = straight((premultiplied(below) * (1 - share) + premultiplied(above) * share).clamp(0, 1))
    exact = torch.where(share <= 0, below, torch.where(share >= 1, above, mixed))
    return Image(exact.clamp(0, 1))
