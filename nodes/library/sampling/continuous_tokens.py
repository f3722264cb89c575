"""The node that decodes continuous tokens."""

from __future__ import annotations

from typing import Annotated

from graph_engine.declaration import Integer, Number, node
from nodes.decoding.continuous import Continuous
from nodes.decoding.strategies import TokenStrategy


@node(foretells=True, work=("steps", "denoising"), words=("mar", "masked autoregressive", "diffusion loss", "random order"))
def continuous_tokens(
    steps: Annotated[int, Integer(soft=(1, 256), hard=(1, 4096))] = 64,
    denoising: Annotated[int, Integer(soft=(5, 100), hard=(2, 1000))] = 100,
    temperature: Annotated[float, Number(soft=(0, 1.2), hard=(0, 10), step=0.01)] = 1.0,
) -> TokenStrategy:
    """Write tokens that are no codes but vectors, each drawn by a small diffusion of its own.

    For generators that need no codebook (Li et al. 2024, "Autoregressive image generation without vector quantization"):
    the places come in random order, few at first and many in the end, and a small network removes the noise from each
    token in the light of the others.

    Args:
        steps: In how many steps the picture is written.
        denoising: In how many steps the noise of each token is removed.
        temperature: Below 1 draws more safely; slightly below 1 often looks best.

    Returns:
        The strategy, for Generate.
    """
    return Continuous(count=steps, denoising=denoising, temperature=temperature)
