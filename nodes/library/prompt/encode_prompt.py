"""The node that reads words with a text encoder."""

from __future__ import annotations

from typing import Annotated

from graph_engine.context import Context
from graph_engine.declaration import Text, node
from nodes.runtime import foretelling
from nodes.runtime.coding import conditioning
from nodes.values import Conditioning, TextEncoder


@node(foretells=foretelling.words, uses="model device", words=("text encode", "clip", "conditioning"))
def encode_prompt(
    context: Context,
    text_encoder: TextEncoder,
    prompt: Annotated[str, Text(multiline=True, placeholder="a cat in a meadow")] = "",
) -> Conditioning:
    """Read a prompt with a text encoder, so that a generator understands it.

    A text encoder turns each word into features in the light of the words around it (Vaswani et al. 2017, "Attention is
    all you need"). Every generator understands one encoder only, the one that *Load generator* gives with it.

    Words that the encoder does not know have no effect; they are named in a note on this node. An empty prompt leaves
    the choice to the generator.

    Args:
        text_encoder: The encoder that came with the generator.
        prompt: What the picture shows, typed here or connected from a Prompt node.

    Returns:
        Features of the words, for Generate or as the negative prompt of a guidance.
    """
    return conditioning(text_encoder, prompt, context)
