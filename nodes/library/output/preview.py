"""The node that shows pictures."""

from __future__ import annotations

from graph_engine.declaration import node
from nodes.values import Image


@node(effect=True, words=("show", "view", "display"))
def preview(image: Image) -> Image:
    """Show pictures in the viewer, without saving them.

    Transparent parts are shown over a checkerboard. A run goes towards its previews and saved pictures, and works out
    only what they need.

    Args:
        image: The pictures to show.

    Returns:
        The pictures as they came, so that more can follow.
    """
    return image
