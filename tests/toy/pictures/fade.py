import time
from typing import Annotated

from graph_engine import Context, Integer, Seed, node
from tests.toy.values import Swatch


@node()
def fade(
    context: Context,
    picture: Swatch,
    steps: Annotated[int, Integer(soft=(1, 50), hard=(1, 1000))] = 4,
    seed: Annotated[int, Seed()] = 0,
) -> Swatch:
    """Fade a picture to a seeded shade in steps, showing each.

    Args:
        picture: where it starts.
        steps: how many steps.
        seed: of the shade.
    """
    shade = bytes([seed * 37 % 256, seed * 91 % 256, seed * 53 % 256, 255])
    for step in range(steps):
        mixed = bytes((a * (steps - step) + b * step) // steps for a, b in zip(picture.rgba, shade, strict=True))
        context.progress(step, steps, preview=lambda mixed=mixed: Swatch(picture.side, mixed).pixels)
        time.sleep(0.02)
    return Swatch(picture.side, shade)
