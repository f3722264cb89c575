"""Pictures through an upscaler."""

from __future__ import annotations

import torch
from torch import Tensor

from graph_engine.context import Context
from nodes.imaging.alpha import with_alpha
from nodes.models.files import ModelFile
from nodes.runtime.devices import device
from nodes.runtime.models import holder
from nodes.runtime.stopping import stopping
from nodes.runtime.tiling import in_tiles
from nodes.values import Image

TILE = 256
"""Pixels a side that go through together: larger tiles are no quicker."""


def enlarged(model: ModelFile, image: Image, context: Context) -> Image:
    """The pictures with ``factor`` times their sides, item by item and tile by tile; without alpha where they have none.

    Raises:
        Stopped: the user stopped the run.
    """
    at, channels = device(), image.pixels.shape[1]
    module = holder.module(model, at)
    height, width = image.pixels.shape[-2:]
    tile = context.tile(TILE, 2 * module.reach, "px")
    total, done = len(image.pixels) * -(-height // tile) * -(-width // tile), 0

    def larger(pixels: Tensor) -> Tensor:
        nonlocal done
        context.progress(done, total)
        done += 1
        made: Tensor = module(pixels.to(at.torch))
        return made.float().cpu()

    with torch.no_grad(), stopping(module, context):
        parts = [in_tiles(larger, one, tile, module.reach) for one in with_alpha(image.pixels).split(1)]
    return Image(torch.cat(parts)[:, :channels])
