"""The node that brings a picture to a size."""

from __future__ import annotations

from typing import Annotated, Literal

from graph_engine.declaration import Color, Integer, node
from nodes.imaging.scaling import filling, on_color, scaled
from nodes.painting.sketch_document import color_of
from nodes.values import Image

Side = Integer(soft=(16, 1024), hard=(1, 8192), unit="px")


@node(words=("resize", "scale", "crop", "flatten", "background", "square"), work=("width", "height"))
def fit_image(
    image: Image,
    width: Annotated[int, Side] = 256,
    height: Annotated[int, Side] = 256,
    how: Literal["fill", "stretch"] = "fill",
    opaque: bool = False,
    background: Annotated[str, Color()] = "#ffffff",
) -> Image:
    """Bring pictures to a size, for models that take one size only.

    *fill* cuts off what is too wide or too high and stretches nothing. Pixels are averaged where the picture gets smaller, with
    their transparency, so that no dark fringe appears. Models that know no transparency want *opaque* pictures.

    Args:
        image: The pictures.
        width: Width that they get.
        height: Height that they get.
        how: fill cuts to the shape; stretch changes the proportions.
        opaque: Lay transparent parts on the background.
        background: The color behind transparent parts.

    Returns:
        The pictures at that size.
    """
    pixels = (filling if how == "fill" else scaled)(image.pixels, width, height)
    return Image(on_color(pixels, color_of(background)) if opaque else pixels)
