"""The node that decodes tokens scale by scale."""

from __future__ import annotations

from typing import Annotated

from graph_engine.declaration import Number, Text, node
from nodes.decoding.scale_strategies import Scales, settings_of
from nodes.decoding.strategies import Picking, TokenStrategy


@node(foretells=True, words=("var", "hmar", "multi-scale", "coarse to fine", "top-k", "temperature"))
def next_scale(
    temperatures: Annotated[str, Text(placeholder="1")] = "1",
    top_ks: Annotated[str, Text(placeholder="900")] = "900",
    top_p: Annotated[float, Number(soft=(0, 1), hard=(0, 1), step=0.01)] = 0.95,
    smooth: bool = False,
    again: bool = True,
    keep_rest: bool = True,
) -> TokenStrategy:
    """Write tokens scale by scale, from the overall look to details.

    Every scale is a whole picture, written at once in the light of the smaller ones (Tian et al. 2024, "Visual
    autoregressive modeling"). The first scales decide what is where and the last ones textures, so they can be drawn
    differently: *1.2, 1, 0.8* composes daringly and finishes cleanly.

    Models that can draw the tokens of a scale again (Kumbong et al. 2025, "HMAR") reconsider those they are unsure of.

    Args:
        temperatures: One number for all scales, or one a scale with commas, the last for all further ones; 0 takes the likeliest.
        top_ks: How many of the likeliest tokens may be drawn, given likewise; 0 is all.
        top_p: How much of the likelihood the tokens hold that may be drawn; 1 is all.
        smooth: Feed mixtures of codes to the next scale, which looks smoother.
        again: Draw unsure tokens of small scales again, where the model can.
        keep_rest: Where a part of a picture is made anew, write other tokens in the rest, so that it looks as it did.

    Returns:
        The strategy, for Generate.
    """
    warm, wide = settings_of("temperatures", temperatures), settings_of("top_ks", top_ks)
    return Scales(Picking(top_p=top_p), warm, tuple(int(k) for k in wide), smooth, again, keep_rest)
