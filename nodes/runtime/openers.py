"""A generator's file with its tokenizer and text encoder as the value that stands for it: one function a kind, chosen by layout."""

from __future__ import annotations

from collections.abc import Callable

from graph_engine.errors import Failure, MissingModel
from nodes.models.files import ModelFile
from nodes.models.known_layouts import LAYOUTS
from nodes.runtime.fitting import STUDENT_TOKENIZERS, misfit, student_misfit
from nodes.runtime.token_coding import cell_of, kind_of
from nodes.runtime.token_families import TOKEN_FAMILIES
from nodes.values import Generator

Opener = Callable[[ModelFile, ModelFile | None, ModelFile | None], Generator]
"""``open(model, tokenizer, text encoder)``.

Raises:
    Failure, MissingModel: they do not go together.
"""

LED_BY_CLIP = ("maskgen-vq", "maskgen-kl", "meissonic")
FIT = "Connect the autoencoder that the generator was trained with."


def _flow(model: ModelFile, tokenizer: ModelFile | None, encoder: ModelFile | None) -> Generator:
    assert tokenizer is not None and encoder is not None
    for mine, its, other in (("latent_channels", "latent_channels", tokenizer), ("text_width", "width", encoder)):
        if model.config[mine] != other.config[its]:
            message = f"{model.name}: config.{mine}: must be {other.config[its]} as in {other.name}, is {model.config[mine]}"
            raise MissingModel(message, "Choose another model file.")
    cell = tokenizer.config["downscale"]
    size, multiple = model.config["latent_side"] * cell, model.config["patch"] * cell
    return Generator(model, LAYOUTS[model.layout].family, encoder, tokenizer, size, multiple)


def _tokens(model: ModelFile, tokenizer: ModelFile | None, encoder: ModelFile | None) -> Generator:
    if tokenizer and (reason := misfit(model, tokenizer)):
        raise Failure(reason, "Connect the tokenizer that the generator was trained with.")
    return _sized(model, tokenizer, encoder, _token_side(model, tokenizer) if tokenizer else 0)


def _token_side(generator: ModelFile, tokenizer: ModelFile) -> int:
    kind = kind_of(tokenizer)
    if kind == "line":
        return cell_of(tokenizer)
    rows, _ = TOKEN_FAMILIES[generator.layout].grids(generator.config, kind)[-1]
    return rows * cell_of(tokenizer)


def _continuous(model: ModelFile, tokenizer: ModelFile | None, encoder: ModelFile | None) -> Generator:
    c = model.config
    if tokenizer:
        _check_latents(model, tokenizer, c["token_width"] // c["patch"] ** 2)
    return _sized(model, tokenizer, encoder, round(c["length"] ** 0.5) * c["patch"] * cell_of(tokenizer) if tokenizer else 0)


def _soft_line(model: ModelFile, tokenizer: ModelFile | None, encoder: ModelFile | None) -> Generator:
    wanted = (model.config["length"], model.config["token_width"])
    if tokenizer and (kind_of(tokenizer) != "soft line" or (tokenizer.config["tokens"], tokenizer.config["token_width"]) != wanted):
        message = f"tokenizer: {model.name} writes lines of {wanted[0]} vectors of {wanted[1]} numbers, {tokenizer.name} is another"
        raise Failure(message, FIT)
    return _sized(model, tokenizer, encoder, cell_of(tokenizer) if tokenizer else 0)


def _class_led(model: ModelFile, tokenizer: ModelFile | None, encoder: ModelFile | None) -> Generator:
    c = model.config
    if tokenizer:
        _check_latents(model, tokenizer, c["channels"])
        if model.layout == "lightningdit" and not tokenizer.config.get("described"):
            message = f"tokenizer: {tokenizer.name} does not say how its latents are spread, which {model.name} must know"
            raise Failure(message, "Convert it again with their file: tessera convert VA-VAE --latents latents_stats.pt")
    return _sized(model, tokenizer, encoder, round(c["patches"] ** 0.5) * c.get("patch", 1) * cell_of(tokenizer) if tokenizer else 0)


def _student(model: ModelFile, tokenizer: ModelFile | None, encoder: ModelFile | None) -> Generator:
    if tokenizer and (reason := student_misfit(model, tokenizer)):
        raise Failure(reason, "Connect the tokenizer that the generator was trained with.")
    c = model.config
    side = c["scales"][-1] if "scales" in c else round(c["length"] ** 0.5)
    return _sized(model, tokenizer, encoder, side * cell_of(tokenizer) if tokenizer else 0)


def _sized(model: ModelFile, tokenizer: ModelFile | None, encoder: ModelFile | None, size: int) -> Generator:
    """A generator of pictures of one size."""
    if encoder:
        _check_words(model, encoder)
    return Generator(model, LAYOUTS[model.layout].family, encoder, tokenizer, size, max(1, size), model.config.get("classes"))


def _check_words(model: ModelFile, encoder: ModelFile) -> None:
    """Refuse a text encoder whose words are not those that a generator reads."""
    if model.config.get("classes") is not None:
        raise Failure(f"text_encoder: {model.name} takes a class, no words", "Take the link away, and connect Class label to Generate.")
    wanted = model.config.get("text_width") or model.config.get("caption_width")
    clip, its = encoder.layout == "clip", encoder.config["text_width" if encoder.layout == "clip" else "width"]
    if its != wanted or clip != (model.layout in LED_BY_CLIP):
        kind = "those of CLIP" if model.layout in LED_BY_CLIP else "those of a text encoder"
        message = f"text_encoder: {model.name} reads words of width {wanted}, {kind}; {encoder.name} is {encoder.layout} and gives {its}"
        raise Failure(message, "Connect the text encoder that the generator was trained with.")
    whole = model.config["width"] if model.layout == "meissonic" else wanted
    if clip and (gives := encoder.config["shared"]) != whole:
        message = f"text_encoder: {model.name} reads a vector of the whole text of {whole} numbers, {encoder.name} gives {gives}"
        raise Failure(message, "Connect the text encoder that the generator was trained with.")


def _check_latents(generator: ModelFile, tokenizer: ModelFile, wanted: int) -> None:
    """Refuse a tokenizer whose latents are not those that a generator writes."""
    channels = tokenizer.config.get("latent_channels")
    if LAYOUTS[tokenizer.layout].family != "latents" or channels != wanted:
        its = f"latents of {channels}" if channels else "none"
        message = f"tokenizer: {generator.name} writes latents of {wanted} channels, {tokenizer.name} is {tokenizer.layout} with {its}"
        raise Failure(message, FIT)


OPENERS: dict[str, Opener] = {
    **dict.fromkeys(TOKEN_FAMILIES, _tokens),
    **dict.fromkeys(STUDENT_TOKENIZERS, _student),
    "tessera-flow-transformer": _flow,
    "mar": _continuous,
    "maskgen-kl": _soft_line,
    "dit": _class_led,
    "sit": _class_led,
    "lightningdit": _class_led,
    "xar": _class_led,
}
"""By layout."""
