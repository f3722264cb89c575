"""What was drawn, laid on its paper."""

from __future__ import annotations

import torch
from torch import Tensor

from nodes.imaging.alpha import premultiplied, straight, with_alpha
from nodes.painting.sketch_document import color_of


def on_paper(drawn: Tensor, picture: Tensor | None, paper: str, color: str) -> Tensor:
    """Premultiplied RGBA over a paper: straight RGB, or RGBA where the paper lets something through.

    Args:
        drawn: (1, 4, height, width), premultiplied.
        picture: (batch, 3 or 4, height, width), straight.
        paper: "picture" (the color, where there is none), "color" or "clear".
    """
    if paper == "clear":
        return straight(drawn)
    if paper == "picture" and picture is not None:
        below = premultiplied(with_alpha(picture))
        clear = picture.shape[1] == 4
    else:
        below = torch.tensor([*color_of(color), 1.0])[None, :, None, None].expand_as(drawn)
        clear = False
    laid = drawn + below * (1 - drawn[:, 3:])
    return straight(laid.clamp(0, 1)) if clear else laid[:, :3].clamp(0, 1)
