"""The node of layouts that are drawn by hand."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from graph_engine.declaration import UNPAINTED, Integer, Painted, node
from nodes.painting.layout_document import painted_layout
from nodes.values import Image, Layout, Mask

Side = Integer(soft=(64, 1024), hard=(1, 8192), unit="px")


class LaidOut(NamedTuple):
    layout: Layout
    masks: list[Mask]
    words: list[str]


@node(words=("region", "box", "area", "regional prompt", "composition", "bounding box"))
def layout(
    image: Image | None = None,
    painted: Annotated[dict[str, Any], Painted("layout")] = UNPAINTED,
    cut: bool = True,
    width: Annotated[int, Side] = 512,
    height: Annotated[int, Side] = 512,
) -> LaidOut:
    """Say what is to be where: regions with words, one in front of another.

    Press E with the node selected, draw a region over the picture or over empty paper, and type what it holds. A region
    is a box, an ellipse, or what a lasso goes around; the brush adds to its area and takes from it. Regions are ordered by
    depth in the list, are moved and resized by their handles, and keep their place in a picture of any size.

    Args:
        image: A picture to draw over; the layout gets its size. Without one, width and height count.
        painted: The regions that were drawn.
        cut: Whether regions in front take their area from those behind.
        width: Width of the layout without a picture.
        height: Height of the layout without a picture.

    Returns:
        layout: The regions with their words, from the farthest to the nearest.
        masks: The area of each region, as a list.
        words: The words of each region, as a list.
    """
    if image is not None:
        height, width = image.pixels.shape[2:]
    made = painted_layout(painted, width, height, cut)
    return LaidOut(made, [Mask(region.area) for region in made.regions], [region.words for region in made.regions])
