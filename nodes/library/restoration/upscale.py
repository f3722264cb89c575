"""The node that doubles the sides of pictures."""

from __future__ import annotations

from typing import Annotated

from graph_engine.context import Context
from graph_engine.declaration import File, Integer, node
from nodes.runtime.enlarging import enlarged
from nodes.runtime.loading import open_upscaler
from nodes.values import Image


@node(uses="model device", work=("times",), words=("enlarge", "super resolution", "hires", "sharpen", "restore", "esrgan", "2x", "4x"))
def upscale(
    context: Context,
    image: Image,
    file: Annotated[str, File((".safetensors",), "model")] = "starter/upscaler",
    times: Annotated[int, Integer(soft=(1, 3), hard=(1, 4))] = 1,
) -> Image:
    """Make pictures twice as large, with edges as sharp as before.

    A small network looks at every pixel and those around it, and says the four that come in its place (Shi et al. 2016,
    "Real-time single image and video super-resolution using an efficient sub-pixel convolutional neural network"). The
    starter's was trained on stickers before painted places, with their transparency; it invents nothing. Large pictures are
    worked on in tiles that overlap by all that a pixel depends on, so that no seam can be seen.

    Args:
        image: The pictures, of any size.
        file: A model's name below a model folder, as starter/upscaler, or the path of a safetensors file.
        times: How often the sides are doubled: 2 makes them four times as long.

    Returns:
        The larger pictures, with alpha if they had it.
    """
    model = open_upscaler(file)
    for number in range(times):
        with context.part(number, times):
            image = enlarged(model, image, context)
    return image
