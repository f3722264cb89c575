"""The node that opens a text encoder's file."""

from __future__ import annotations

from typing import Annotated

from graph_engine.declaration import File, node
from nodes.runtime.loading import open_text_encoder
from nodes.values import TextEncoder


@node(foretells=True, words=("clip", "t5", "model", "load"))
def load_text_encoder(file: Annotated[str, File((".safetensors",), "model")] = "starter/text_encoder") -> TextEncoder:
    """Open a text encoder: the model that reads a prompt for a generator.

    Published generators do not name the encoder that they were trained with: connect it to *Load generator*, which gives it on to
    *Encode prompt*. Known are T5 (Raffel et al. 2020) and the half of CLIP that reads words (Radford et al. 2021). Their files carry
    the tokenizer that cuts a text into parts of words: `tessera convert FILE --words tokenizer.json` puts it there.

    Args:
        file: A model's name below a model folder, or the path of a safetensors file.

    Returns:
        The text encoder, for Load generator.
    """
    return open_text_encoder(file)
