"""The node that opens a generator's file."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

from graph_engine.declaration import File, node
from nodes.runtime.loading import kept_in, open_generator, text_encoder_of, tokenizer_of
from nodes.values import Generator, TextEncoder, Tokenizer


class Loaded(NamedTuple):
    generator: Generator
    text_encoder: TextEncoder
    tokenizer: Tokenizer


@node(foretells=True, words=("checkpoint", "model", "flow", "load", "autoregressive", "tokens", "var", "maskgit", "llamagen"))
def load_generator(
    tokenizer: Tokenizer | None = None,
    text_encoder: TextEncoder | None = None,
    file: Annotated[str, File((".safetensors",), "model")] = "starter/flow_base",
    weights: Literal["automatic", "float32", "float16", "8 bit"] = "automatic",
) -> Loaded:
    """Open a generator: the model that makes pictures from noise, or writes them token by token.

    The file says in its header or by its tensors which family and layout it is, so one node loads them all. Files of
    our own name the text encoder and the tokenizer that they were trained with, which must lie in the same folder; they
    are recognized by content, whatever they are called. Published generators of tokens do not name their tokenizer:
    connect it, and the text encoder of those that are led by words. Weights are read when something runs, and kept while memory allows.

    On a processor without a GPU, writing token by token takes the time of reading all weights for each token. Automatic
    keeps them in 16 bits there, which moves predictions by less than a thousandth. 8 bits take half of that again and move
    predictions by about a hundredth: the same seed gives another picture.

    Only safetensors files are opened, since pickled checkpoints can run code.

    The starter generator is a flow transformer after Esser et al. 2024, "Scaling rectified flow transformers for
    high-resolution image synthesis".

    Args:
        tokenizer: The tokenizer that a published generator of tokens was trained with; others find theirs.
        text_encoder: The text encoder that a published generator of words was trained with; others find theirs.
        file: A model's name below a model folder, as starter/flow_base, or the path of a safetensors file. Of names with | between
            them the first that is there is taken.
        weights: How many bits they are kept in on a processor, for generators of tokens: fewer are quicker and less exact.

    Returns:
        generator: The model, for Generate.
        text_encoder: The encoder whose words it understands, for Encode prompt; a generator of classes has none.
        tokenizer: What turns its latents or tokens into pictures, for Decode and Encode: the connected one, or its own.
    """
    generator = kept_in(open_generator(file, tokenizer, text_encoder), "" if weights == "automatic" else weights)
    return Loaded(generator, text_encoder_of(generator), tokenizer_of(generator))
