"""The node that changes the tones of a picture by a curve."""

from __future__ import annotations

from typing import Annotated, Literal

from graph_engine.declaration import STRAIGHT, Curve, node
from nodes.imaging.tones import with_tones
from nodes.values import Image

Channels = Literal["red, green and blue", "red", "green", "blue", "alpha"]


@node(words=("curves", "levels", "contrast", "brightness", "gamma", "grade", "adjust"))
def tone_curve(
    image: Image,
    curve: Annotated[list[list[float]], Curve(across="before", up="after")] = STRAIGHT,
    channels: Channels = "red, green and blue",
) -> Image:
    """Make a picture lighter, darker, harder or softer by a curve, all of it or one color.

    The curve says what becomes of every tone: dark is left, light is right, and the higher the curve the lighter the tone
    becomes. A curve like an S gives more contrast, one that hangs gives depth, one that falls turns the tones around. It
    goes smoothly through its points and never beyond them (Fritsch & Carlson 1980).

    Alpha stays as it is, unless alpha is what is curved: then the edges of a cut-out become harder or softer.

    Args:
        image: The pictures to change.
        curve: What becomes of each tone; click to add a point, drag it out to take it away.
        channels: What is curved.

    Returns:
        The pictures with their new tones.
    """
    return Image(with_tones(image.pixels, curve, channels))
