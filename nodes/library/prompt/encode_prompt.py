"""The node that reads words with a text encoder."""

from __future__ import annotations

from typing import Annotated, Any

from graph_engine.context import Context
from graph_engine.declaration import Text, node
from nodes.runtime import foretelling
from nodes.runtime.coding import conditioning
from nodes.runtime.weighted_words import escaped
from nodes.values import Conditioning, TextEncoder


def upgrade(old_version: int, parameters: dict[str, Any]) -> dict[str, Any]:
    """Brackets meant nothing in version 1."""
    words = parameters.get("prompt")
    return {**parameters, "prompt": escaped(words)} if old_version < 2 and isinstance(words, str) else parameters


@node(version=2, upgrade=upgrade, foretells=foretelling.words, uses="model device", words=("text encode", "clip", "conditioning", "weight"))
def encode_prompt(
    context: Context,
    text_encoder: TextEncoder,
    prompt: Annotated[str, Text(multiline=True, placeholder="a cat in a meadow", prompt=True)] = "",
) -> Conditioning:
    """Read a prompt with a text encoder, so that a generator understands it.

    A text encoder turns each word into features in the light of the words around it (Vaswani et al. 2017, "Attention is
    all you need"). Every generator understands one encoder only, the one that *Load generator* gives with it.

    Words in brackets weigh more or less: (red:1.4) cat, a cat in a (meadow:0.5). Without a number brackets stand for 1.1, and
    brackets in brackets multiply; a bracket that is meant as such is written \\( or \\). The features of a word are multiplied
    by its weight, and those of no word are zeros: 0 takes a word out of the picture, 1 is the word as it is, and up to 2 it
    leads more and more. Ctrl+Up and Ctrl+Down in the prompt change the weight of the words that are selected.

    Words that the encoder does not know have no effect; they are named in a note on this node. An empty prompt leaves
    the choice to the generator.

    Args:
        text_encoder: The encoder that came with the generator.
        prompt: What the picture shows, typed here or connected from a Prompt node.

    Returns:
        Features of the words, for Generate or as the negative prompt of a guidance.
    """
    return conditioning(text_encoder, prompt, context)
