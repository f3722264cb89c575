"""Names of model files to the values that stand for them on links. Only headers are read; weights wait until something runs."""

from __future__ import annotations

from graph_engine.errors import MissingModel
from nodes.models.files import ModelFile
from nodes.models.known_layouts import LAYOUTS
from nodes.models.layouts import companion, open_model
from nodes.values import Generator, TextEncoder, Tokenizer


def open_generator(name: str) -> Generator:
    """A generator with the companions that it was trained with.

    Raises:
        MissingModel: the file or a companion is not there, or is not what it should be.
    """
    model = open_model(name, "generator")
    _check_family(model, "flow")
    text_encoder = companion(model, "text encoder", model.config["text_encoder"])
    autoencoder = companion(model, "tokenizer", model.config["autoencoder"])
    for mine, its, other in (("latent_channels", "latent_channels", autoencoder), ("text_width", "width", text_encoder)):
        if model.config[mine] != other.config[its]:
            message = f"{model.name}: config.{mine}: must be {other.config[its]} as in {other.name}, is {model.config[mine]}"
            raise MissingModel(message, "Choose another model file.")
    cell = autoencoder.config["downscale"]
    size, multiple = model.config["latent_side"] * cell, model.config["patch"] * cell
    return Generator(model, LAYOUTS[model.layout].family, text_encoder, autoencoder, size, multiple)


def text_encoder_of(generator: Generator) -> TextEncoder:
    return TextEncoder(generator.text_encoder)


def open_tokenizer(name: str) -> Tokenizer:
    """A tokenizer.

    Raises:
        MissingModel: the file is not there, or is not what it should be.
    """
    model = open_model(name, "tokenizer")
    _check_family(model, "autoencoder")
    return Tokenizer(model, model.config["downscale"], has_alpha=True)


def _check_family(model: ModelFile, runs: str) -> None:
    """Architectures are known before there are nodes that run them."""
    layout = LAYOUTS[model.layout]
    if layout.family != runs:
        message = f"{model.name}: must be of the family {runs}, is {layout.name} of the family {layout.family}, which no node runs"
        raise MissingModel(message, f"Choose a {layout.role} of the family {runs}.")
