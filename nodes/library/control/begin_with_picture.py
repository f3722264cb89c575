"""The node that lets a picture stand at the beginning instead of noise."""

from __future__ import annotations

from typing import Annotated

from graph_engine.context import Context
from graph_engine.declaration import Number, node
from nodes.runtime.controlling import begun
from nodes.values import Control, Image, Tokenizer


@node(uses="model device", words=("image to image", "img2img", "denoise", "sketch", "variation", "sdedit", "strokes"))
def begin_with_picture(
    context: Context,
    image: Image,
    tokenizer: Tokenizer,
    level: Annotated[float, Number(soft=(0.1, 1), hard=(0.01, 1), step=0.05)] = 0.7,
) -> Control:
    """Begin with a picture under noise instead of noise alone: colors and places stay, details are made new.

    A rough sketch in flat colors becomes a picture that the model believes (Meng et al. 2022, "SDEdit: guided image synthesis
    and editing with stochastic differential equations"), and a finished picture comes out as another one like it.

    All steps of the sampler are walked from the level down.

    Args:
        image: The picture to begin with; sides must be multiples of the generator's step, 16 px for the starter.
        tokenizer: The autoencoder that the generator was trained with.
        level: How much noise lies over it: less stays closer to the picture, 1 forgets it.

    Returns:
        What leads Generate.
    """
    return begun(context, image, tokenizer, level)
