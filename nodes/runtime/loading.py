"""Names of model files to the values that stand for them on links. Only headers are read; weights wait until something runs."""

from __future__ import annotations

from dataclasses import replace

from graph_engine.errors import Failure, MissingModel
from nodes.models.files import ModelFile, read_header
from nodes.models.known_layouts import LAYOUTS
from nodes.models.layouts import companion, open_model
from nodes.runtime.openers import OPENERS
from nodes.runtime.token_coding import cell_of, kind_of
from nodes.runtime.token_families import TOKEN_FAMILIES
from nodes.values import Generator, TextEncoder, Tokenizer

TOKENIZERS = ("autoencoder", "codes", "scales", "line", "soft line", "latents")
"""Families of tokenizers that nodes run."""


def open_generator(name: str, tokenizer: Tokenizer | None = None, text_encoder: TextEncoder | None = None) -> Generator:
    """A generator with the companions that it was trained with.

    Our own files name them; a published one does not, so its tokenizer is given, and its text encoder if it is led by words.

    Raises:
        MissingModel: the file or a companion is not there, or is not what it should be.
        Failure: a companion is another than the generator was trained with.
    """
    model = open_model(name, "generator")
    if model.layout not in OPENERS:
        raise _not_run(model)
    needed = LAYOUTS[model.layout].name == "tessera-flow-transformer"
    given: dict[str, ModelFile | None] = {
        "tokenizer": tokenizer.model if tokenizer else None,
        "text_encoder": text_encoder.model if text_encoder else None,
    }
    return OPENERS[model.layout](model, *(_companion(model, role, file, needed) for role, file in given.items()))


def kept_in(generator: Generator, weights: str) -> Generator:
    """The same generator with weights in one of `few_rows.WEIGHTS` while it runs; empty = as is quickest without being seen.

    Raises:
        Failure: it does not write tokens.
    """
    if weights and generator.model.layout not in TOKEN_FAMILIES:
        raise Failure(
            f"weights: must be automatic for {generator.model.name}, which writes no tokens, is {weights}", "Set it to automatic."
        )
    return replace(generator, weights=weights)


def _companion(model: ModelFile, role: str, given: ModelFile | None, needed: bool) -> ModelFile | None:
    """The file that is given, or the one that the generator's header names; None where neither says which."""
    ours = {"tokenizer": "autoencoder"}.get(role, role)
    named = str(model.config.get(ours) or read_header(model.path).metadata.get(role, ""))
    if given is None:
        return companion(model, role.replace("_", " "), named) if named or needed else None
    if named not in ("", given.digest):
        message = f"{role}: {model.name} was trained with another one (SHA-256 {named[:12]}…), got {given.name}"
        raise Failure(message, f"Connect that {role.replace('_', ' ')}, or none: it is found beside the generator.")
    return given


def text_encoder_of(generator: Generator) -> TextEncoder:
    """The encoder of the words that lead a generator; one without a model where a class leads it.

    Raises:
        Failure: words lead it, and nobody said which encoder's.
    """
    if generator.text_encoder is None and generator.classes is None:
        message = f"text_encoder: must be connected, since {generator.model.name} is led by words and does not name whose"
        raise Failure(message, "Connect Load text encoder with the one that it was trained with.")
    return TextEncoder(generator.text_encoder)


def open_text_encoder(name: str) -> TextEncoder:
    """A text encoder, or the half of a dual encoder that reads words.

    Raises:
        MissingModel: the file is not there, or is not what it should be.
    """
    model = open_model(name, "text encoder", "dual encoder")
    if model.layout == "clip" and model.config["vocabulary"]:
        raise MissingModel(f"{model.name}: must lead generators, was trained to compare", "Choose another text encoder.")
    return TextEncoder(model)


def open_upscaler(name: str) -> ModelFile:
    """A network that enlarges pictures.

    Raises:
        MissingModel: the file is not there, or is not what it should be.
    """
    return open_model(name, "upscaler")


def tokenizer_of(generator: Generator) -> Tokenizer:
    """The tokenizer of a generator.

    Raises:
        Failure: nobody said which.
    """
    if generator.tokenizer is None:
        message = f"tokenizer: must be connected, since {generator.model.name} does not name its own"
        raise Failure(message, "Connect Load tokenizer with the one that it was trained with.")
    return _tokenizer(generator.tokenizer)


def open_tokenizer(name: str) -> Tokenizer:
    """A tokenizer.

    Raises:
        MissingModel: the file is not there, or is not what it should be.
    """
    return _tokenizer(open_model(name, "tokenizer"))


def _tokenizer(model: ModelFile) -> Tokenizer:
    family = kind_of(model)
    if family not in TOKENIZERS:
        raise _not_run(model)
    if model.layout == "flextok" and not model.config["vae_widths"]:
        message = f"{model.name}: must hold its autoencoder too, below vae.vae., to make tokens of pictures"
        raise MissingModel(message, "Take the whole file as it was published.")
    return Tokenizer(model, family, cell_of(model), has_alpha=family == "autoencoder" or model.config.get("pixels") == 4)


def _not_run(model: ModelFile) -> MissingModel:
    """Architectures are known before there are nodes that run them."""
    layout = LAYOUTS[model.layout]
    message = f"{model.name}: is {layout.name} of the family {layout.family}, which is read but which no node runs yet"
    return MissingModel(message, f"Choose a {layout.role} of another family.")
