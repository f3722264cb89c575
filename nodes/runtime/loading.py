"""Names of model files to the values that stand for them on links. Only headers are read; weights wait until something runs."""

from __future__ import annotations

from graph_engine.errors import Failure, MissingModel
from nodes.models.files import ModelFile, read_header
from nodes.models.known_layouts import LAYOUTS
from nodes.models.layouts import companion, open_model
from nodes.runtime.fitting import misfit
from nodes.runtime.token_coding import kind_of, line_side
from nodes.runtime.token_families import TOKEN_FAMILIES
from nodes.values import Generator, TextEncoder, Tokenizer

TOKENIZERS = ("autoencoder", "codes", "scales", "line", "soft line", "latents")
"""Families of tokenizers that nodes run."""


def open_generator(name: str, tokenizer: Tokenizer | None = None) -> Generator:
    """A generator with the companions that it was trained with.

    Our own files name them; a published file of tokens does not, so its tokenizer is given.

    Raises:
        MissingModel: the file or a companion is not there, or is not what it should be.
        Failure: the tokenizer is another than the generator was trained with.
    """
    model = open_model(name, "generator")
    layout = LAYOUTS[model.layout]
    opened = _token_generator if layout.name in TOKEN_FAMILIES else OPENED.get(layout.name)
    if opened is None:
        raise _not_run(model)
    named = {role: _named(model, role) for role in ("tokenizer", "text_encoder")}
    if tokenizer is not None and named["tokenizer"] not in ("", tokenizer.model.digest):
        message = f"tokenizer: {model.name} was trained with another one (SHA-256 {named['tokenizer'][:12]}…), got {tokenizer.model.name}"
        raise Failure(message, "Connect that tokenizer, or none: it is found beside the generator.")
    return opened(model, tokenizer, **named)


def _named(model: ModelFile, role: str) -> str:
    """The digest of a companion that a generator's header names, empty if it names none."""
    ours = {"tokenizer": "autoencoder"}.get(role, role)
    return str(model.config.get(ours) or read_header(model.path).metadata.get(role, ""))


def _flow_generator(model: ModelFile, given: Tokenizer | None, tokenizer: str, text_encoder: str) -> Generator:
    encoder = companion(model, "text encoder", text_encoder)
    autoencoder = given.model if given else companion(model, "tokenizer", tokenizer)
    for mine, its, other in (("latent_channels", "latent_channels", autoencoder), ("text_width", "width", encoder)):
        if model.config[mine] != other.config[its]:
            message = f"{model.name}: config.{mine}: must be {other.config[its]} as in {other.name}, is {model.config[mine]}"
            raise MissingModel(message, "Choose another model file.")
    cell = autoencoder.config["downscale"]
    size, multiple = model.config["latent_side"] * cell, model.config["patch"] * cell
    return Generator(model, LAYOUTS[model.layout].family, encoder, autoencoder, size, multiple)


def _token_generator(model: ModelFile, given: Tokenizer | None, tokenizer: str, text_encoder: str) -> Generator:
    found = given.model if given else companion(model, "tokenizer", tokenizer) if tokenizer else None
    if found and (reason := misfit(model, found)):
        raise Failure(reason, "Connect the tokenizer that the generator was trained with.")
    encoder = companion(model, "text encoder", text_encoder) if text_encoder else None
    classes = model.config.get("classes")
    if encoder and encoder.config["width"] != model.config.get("caption_width"):
        message = f"{model.name}: must read words of width {encoder.config['width']} as {encoder.name} gives them"
        raise MissingModel(f"{message}, reads {model.config.get('caption_width')}", "Choose another model file.")
    size = picture_side(model, found) if found else 0
    return Generator(model, LAYOUTS[model.layout].family, encoder, found, size, max(1, size), classes)


def _continuous_generator(model: ModelFile, given: Tokenizer | None, tokenizer: str, text_encoder: str) -> Generator:
    found = given.model if given else companion(model, "tokenizer", tokenizer) if tokenizer else None
    size = 0
    if found:
        check_latents(model, found, model.config["token_width"] // model.config["patch"] ** 2)
        size = round(model.config["length"] ** 0.5) * model.config["patch"] * cell_of(found)
    return Generator(model, LAYOUTS[model.layout].family, None, found, size, max(1, size), model.config["classes"])


def _class_led_generator(model: ModelFile, given: Tokenizer | None, tokenizer: str, text_encoder: str) -> Generator:
    found = given.model if given else companion(model, "tokenizer", tokenizer) if tokenizer else None
    size = 0
    if found:
        check_latents(model, found, model.config["channels"])
        if model.layout == "lightningdit" and not found.config.get("described"):
            message = f"tokenizer: {found.name} does not say how its latents are spread, which {model.name} must know"
            raise Failure(message, "Convert it again with their file: tessera convert VA-VAE --latents latents_stats.pt")
        size = round(model.config["patches"] ** 0.5) * model.config["patch"] * cell_of(found)
    return Generator(model, LAYOUTS[model.layout].family, None, found, size, max(1, size), model.config["classes"])


def check_latents(generator: ModelFile, tokenizer: ModelFile, wanted: int) -> None:
    """Refuse a tokenizer whose latents are not those that a generator writes.

    Raises:
        Failure: it is another kind, or its latents have other channels.
    """
    channels = tokenizer.config.get("latent_channels")
    if LAYOUTS[tokenizer.layout].family != "latents" or channels != wanted:
        its = f"latents of {channels}" if channels else "none"
        message = f"tokenizer: {generator.name} writes latents of {wanted} channels, {tokenizer.name} is {tokenizer.layout} with {its}"
        raise Failure(message, "Connect the autoencoder that the generator was trained with.")


OPENED = {
    "tessera-flow-transformer": _flow_generator,
    "mar": _continuous_generator,
    "dit": _class_led_generator,
    "sit": _class_led_generator,
    "lightningdit": _class_led_generator,
}
"""How a generator of latents is opened, by its layout."""


def picture_side(generator: ModelFile, tokenizer: ModelFile) -> int:
    """The side in pixels of a picture that a generator of tokens writes."""
    kind = kind_of(tokenizer)
    if kind == "line":
        return cell_of(tokenizer)
    rows, _ = TOKEN_FAMILIES[generator.layout].grids(generator.config, kind)[-1]
    return rows * cell_of(tokenizer)


def text_encoder_of(generator: Generator) -> TextEncoder:
    return TextEncoder(generator.text_encoder)


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


def cell_of(model: ModelFile) -> int:
    """Pixels a side that one cell of a tokenizer covers; of a line, the side of the picture."""
    c = model.config
    if kind_of(model) in ("line", "soft line"):
        return line_side(model)
    if "downscale" in c:
        return int(c["downscale"])
    return int(LAYOUTS[model.layout].config(**c).downscale)


def _not_run(model: ModelFile) -> MissingModel:
    """Architectures are known before there are nodes that run them."""
    layout = LAYOUTS[model.layout]
    message = f"{model.name}: is {layout.name} of the family {layout.family}, which is read but which no node runs yet"
    return MissingModel(message, f"Choose a {layout.role} of another family.")
