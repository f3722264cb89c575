"""The node that opens a generator's file."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from graph_engine.declaration import File, node
from nodes.runtime.loading import open_generator, text_encoder_of
from nodes.values import Generator, TextEncoder


class Loaded(NamedTuple):
    generator: Generator
    text_encoder: TextEncoder


@node(words=("checkpoint", "model", "flow", "load"))
def load_generator(file: Annotated[str, File((".safetensors",), "model")] = "starter/flow_base") -> Loaded:
    """Open a generator: the model that makes pictures from noise.

    The file says in its header which family and layout it is, so one node loads them all. The text encoder and the
    autoencoder that it was trained with must lie in the same folder; they are recognized by content, whatever they are
    called. Weights are read when something runs, and kept while memory allows.

    Only safetensors files are opened, since pickled checkpoints can run code.

    The starter generator is a flow transformer after Esser et al. 2024, "Scaling rectified flow transformers for
    high-resolution image synthesis".

    Args:
        file: A model's name below a model folder, as starter/flow_base, or the path of a safetensors file.

    Returns:
        generator: The model, for Generate.
        text_encoder: The encoder whose words it understands, for Encode prompt.
    """
    generator = open_generator(file)
    return Loaded(generator, text_encoder_of(generator))
