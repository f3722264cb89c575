"""The node that reads a mask out of a picture."""

from __future__ import annotations

from typing import Literal

import torch

from graph_engine.declaration import node
from nodes.imaging.alpha import with_alpha
from nodes.values import Image, Mask

LUMA = (0.2126, 0.7152, 0.0722)
"""What red, green and blue have of the brightness (ITU-R BT.709)."""


@node(words=("alpha", "transparency", "channel", "luminance", "selection", "erased", "inpaint"))
def mask_from_picture(
    image: Image, reads: Literal["transparency", "brightness", "red", "green", "blue"] = "transparency", invert: bool = False
) -> Mask:
    """Read a mask out of a picture: its transparent parts, its brightness, or one of its colors.

    *transparency* selects what is transparent, as much as it is: erase a part of a picture in any program, and what was erased is made
    anew. The others select what is bright, or strong in one color, so that a mask can be drawn in black and white.

    Args:
        image: The pictures. One without alpha has nothing transparent.
        reads: What the mask is made from.
        invert: Whether what was selected is kept instead of changed.

    Returns:
        The mask: 1 where something is to be changed.
    """
    pixels = with_alpha(image.pixels)
    if reads == "transparency":
        read = 1 - pixels[:, 3:]
    elif reads == "brightness":
        read = (pixels[:, :3] * torch.tensor(LUMA)[:, None, None]).sum(1, keepdim=True)
    else:
        channel = ("red", "green", "blue").index(reads)
        read = pixels[:, channel : channel + 1]
    return Mask(1 - read if invert else read)
