from typing import Annotated, Literal

from graph_engine.curve import heights_at
from graph_engine.declaration import STRAIGHT, Curve, Number, Text, node

Way = Literal["normal", "multiply", "screen", "overlay", "darken", "lighten", "color dodge", "color burn", "hard light", "soft light"]


@node()
def grade(
    curve: Annotated[list[list[float]], Curve(across="before", up="after")] = STRAIGHT,
    way: Way = "normal",
    amount: Annotated[float, Number(soft=(0, 1), hard=(0, 4))] = 1.0,
    words: Annotated[str, Text(multiline=True, prompt=True)] = "",
    whole: bool = False,
) -> str:
    """Say what is set.

    Args:
        curve: what becomes of each tone.
        way: how it is mixed.
        amount: how much of it.
        words: what leads it.
        whole: all of it.
    """
    return f"{heights_at(curve, (0.25, 0.5, 0.75))} {way} {amount:g} {words} {whole}"
