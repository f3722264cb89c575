from typing import Annotated

from graph_engine import Color, Integer, node
from tests.toy.values import Swatch


@node()
def swatch(color: Annotated[str, Color()] = "#3060c0ff", side: Annotated[int, Integer(soft=(1, 64), hard=(1, 512))] = 16) -> Swatch:
    """Make a square of one color.

    Args:
        color: its color.
        side: its side in pixels.
    """
    return Swatch(side, bytes.fromhex(color[1:].ljust(8, "f")))
