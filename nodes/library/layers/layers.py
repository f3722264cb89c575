"""The node that lays pictures over one another."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from graph_engine.declaration import UNPAINTED, Integer, Painted, node
from nodes.painting.layers_document import composite, laid
from nodes.values import Image, LayerStack

Side = Integer(soft=(0, 1024), hard=(0, 8192), unit="px")
NAMES = ("one", "two", "three", "four", "five", "six")


class Laid(NamedTuple):
    image: Image
    stack: LayerStack


@node(words=("composite", "stack", "blend", "merge", "overlay", "collage", "alpha"))
def layers(
    one: Image | None = None,
    two: Image | None = None,
    three: Image | None = None,
    four: Image | None = None,
    five: Image | None = None,
    six: Image | None = None,
    more: tuple[Image, ...] = (),
    painted: Annotated[dict[str, Any], Painted("layers")] = UNPAINTED,
    width: Annotated[int, Side] = 0,
    height: Annotated[int, Side] = 0,
) -> Laid:
    """Lay pictures over one another: placed, scaled, turned, blended, in any order.

    Press E with the node selected: layers are dragged, scaled and turned on the picture, the list sets their order and names.
    A layer stays where it is when its picture is made anew. Blend modes are those of the W3C compositing specification.

    Args:
        one: A picture; it gives the canvas its size, where none is set.
        two: A picture that lies above it.
        three: Another picture.
        four: Another picture.
        five: Another picture.
        six: Another picture.
        more: Further pictures, any number of them.
        painted: Place, angle, order, name, opacity and blend mode of each layer.
        width: Width of the canvas; 0 is that of the first picture.
        height: Height of the canvas; 0 is that of the first picture.

    Returns:
        image: What is seen of all layers, transparent where there is none.
        stack: The layers themselves.
    """
    given = dict(zip(NAMES, (one, two, three, four, five, six), strict=True)) | {f"more {n}": image for n, image in enumerate(more, 1)}
    pictures = {name: image.pixels[:1] for name, image in given.items() if image is not None}
    stack = laid(pictures, painted, width, height)
    return Laid(Image(composite(stack)), stack)
