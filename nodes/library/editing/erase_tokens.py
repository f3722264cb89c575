"""The node that frees the tokens below a mask."""

from __future__ import annotations

from typing import Annotated

from graph_engine.declaration import Integer, node
from nodes.runtime.token_editing import erased
from nodes.values import Mask, Tokens


@node(words=("inpaint", "outpaint", "mask", "edit", "repair", "remove", "replace"))
def erase_tokens(
    tokens: Tokens,
    mask: Mask,
    grow: Annotated[int, Integer(soft=(0, 4), hard=(0, 64))] = 0,
    first_scale: Annotated[int, Integer(soft=(0, 9), hard=(0, 64))] = 0,
) -> Tokens:
    """Make the tokens below a mask unknown, so that Generate makes them new and keeps all others as they are.

    This is inpainting without a model trained for it: Encode, Erase tokens, Generate with the tokens connected, Decode.
    With Outpaint frame before Encode it extends a picture; with another class or prompt in Generate it edits one. It works
    with generators over scales (Tian et al. 2024, "VAR", section 4.4), with masked ones (Chang et al. 2022, "MaskGIT",
    section 4.3) and with those of free order; one that writes row by row sees only what lies above.

    Tokens outside the mask come back exactly. The decoder mixes neighbors, so pixels near the edge may change a little.

    Args:
        tokens: What Encode made of the picture.
        mask: What is to be made new; a token changes if the mask covers any part of it.
        grow: How many tokens the change is widened by.
        first_scale: Scales before this one stay whole: the overall look remains and finer details are made new.

    Returns:
        The tokens, known in part, for Generate.
    """
    return erased(tokens, mask, grow, first_scale)
