"""The node that decodes tokens one after another."""

from __future__ import annotations

from typing import Annotated

from graph_engine.declaration import Integer, Number, node
from nodes.decoding.strategies import Picking, Raster, TokenStrategy


@node(foretells=True, words=("autoregressive", "top-k", "top-p", "nucleus", "temperature", "next token", "llamagen", "rar"))
def raster(
    temperature: Annotated[float, Number(soft=(0, 2), hard=(0, 100), step=0.05)] = 1.0,
    top_k: Annotated[int, Integer(soft=(0, 4000), hard=(0, 2**20))] = 0,
    top_p: Annotated[float, Number(soft=(0, 1), hard=(0, 1), step=0.01)] = 1.0,
) -> TokenStrategy:
    """Write tokens row by row, each in the light of all before it.

    The way of next-token generators (Sun et al. 2024, "Autoregressive model beats diffusion: Llama for scalable image
    generation"). What may be drawn is narrowed by *top-k*, the likeliest tokens (Fan et al. 2018), and *top-p*, the
    likeliest that together hold so much (Holtzman et al. 2020). Narrow gives clean and alike pictures, wide varied ones.

    Args:
        temperature: Above 1 draws more daringly, below 1 more safely; 0 always takes the likeliest token.
        top_k: How many of the likeliest tokens may be drawn; 0 is all.
        top_p: How much of the likelihood the tokens hold that may be drawn; 1 is all.

    Returns:
        The strategy, for Generate.
    """
    return Raster(Picking(temperature, top_k, top_p))
