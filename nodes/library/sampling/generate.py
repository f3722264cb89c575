"""The node that makes pictures, whatever the family of the generator."""

from __future__ import annotations

from typing import Annotated

from graph_engine.context import Context
from graph_engine.declaration import Integer, Seed, node
from nodes.decoding.guidance import Unguided
from nodes.decoding.strategies import TokenStrategy
from nodes.runtime import foretelling
from nodes.runtime.batches import Order
from nodes.runtime.generation import generated
from nodes.values import ClassLabel, Conditioning, Control, Generator, Guidance, Latent, Strategy, Tokens

Side = Integer(soft=(0, 512), hard=(0, 4096), step=16, unit="px")
WORDS = ("sample", "ksampler", "text to image", "inpaint", "img2img")


@node(foretells=foretelling.generated, uses="model device", work=("count", "width", "height"), words=WORDS)
def generate(
    context: Context,
    generator: Generator,
    positive: Conditioning | ClassLabel,
    guidance: Guidance | None = None,
    strategy: Strategy | TokenStrategy | None = None,
    tokens: Tokens | None = None,
    controls: tuple[Control, ...] = (),
    seed: Annotated[int, Seed()] = 0,
    count: Annotated[int, Integer(soft=(1, 16), hard=(1, 256))] = 1,
    first: Annotated[int, Integer(soft=(0, 15), hard=(0, 2**32))] = 0,
    width: Annotated[int, Side] = 0,
    height: Annotated[int, Side] = 0,
) -> Latent | Tokens:
    """Make new pictures, led by a prompt or a class.

    The generator's family decides how: a flow model (Liu et al. 2023, "Flow straight and fast") removes the noise that the
    seed draws step by step; others write tokens one by one (Sun et al. 2024, "LlamaGen"), scale by scale (Tian et al. 2024,
    "VAR") or in any order (Chang et al. 2022, "MaskGIT"). An item of a batch comes from the seed and its number alone: to
    make only the fourth again, set first to 3 and count to 1.

    Args:
        generator: The model that makes the pictures.
        positive: The encoded prompt, or the class.
        guidance: How closely the prompt is followed; without a link the prediction is taken as it is.
        strategy: How it is decoded: Sampler, or a node for tokens; without a link, as such generators usually are.
        controls: What leads a flow model beside words: a picture to keep or to begin with, a layout, drawn lines; several add up.
        tokens: Tokens to complete, of the generator's own tokenizer; what is not known in them is made new.
        seed: Which noise to start from: the same seed gives the same pictures.
        count: How many pictures to make.
        first: Number of the first picture in the batch that the seed names.
        width: Width of the pictures; 0 is that of a picture that leads, or as the generator was trained.
        height: Height of the pictures; 0 likewise.

    Returns:
        The pictures as latents or tokens, for Decode.
    """
    order = Order(seed, count, first, width, height, controls)
    return generated(context, generator, positive, guidance or Unguided(), strategy, order, tokens)
