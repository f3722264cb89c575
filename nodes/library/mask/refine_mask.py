"""The node that moves and softens the edge of a mask."""

from __future__ import annotations

from typing import Annotated

import torch

from graph_engine.declaration import Number, node
from nodes.painting.edges import feathered, grown
from nodes.values import Mask


@node(words=("grow", "shrink", "expand", "dilate", "erode", "feather", "blur", "invert"))
def refine_mask(
    mask: Mask,
    grow: Annotated[float, Number(soft=(-32, 32), hard=(-512, 512), step=1, unit="px")] = 0.0,
    feather: Annotated[float, Number(soft=(0, 32), hard=(0, 512), step=1, unit="px")] = 0.0,
    invert: bool = False,
) -> Mask:
    """Make a mask larger or smaller, let its edge fade, or turn it around.

    Growing comes first, by the distance in every direction alike, then the soft edge, then the inversion.

    Args:
        mask: The mask, wherever it came from.
        grow: By how much the selection is made larger, or with a negative number smaller.
        feather: How far the edge fades.
        invert: Whether what was selected is kept instead of changed.

    Returns:
        The mask with its new edge.
    """
    planes = [torch.from_numpy(feathered(grown(plane[0].numpy(), grow), feather)) for plane in mask.pixels]
    soft = torch.stack(planes)[:, None]
    return Mask(1 - soft if invert else soft)
