"""Prompts, pictures and latents through their models, on the device and back."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from graph_engine.context import Context
from graph_engine.errors import Failure
from graph_engine.values import Pixels
from nodes.imaging.alpha import with_alpha
from nodes.imaging.pixels import to_pixels
from nodes.models.files import ModelFile
from nodes.models.text_encoder import padded, tokenize
from nodes.runtime.devices import device
from nodes.runtime.models import holder
from nodes.runtime.published_words import published_words, told_along
from nodes.runtime.stopping import stopping
from nodes.runtime.tiling import in_tiles
from nodes.runtime.token_coding import check_maker, check_opaque, fixed_side, latent_pixels, picture_tokens, to_model, token_pixels
from nodes.runtime.token_families import codebook_of
from nodes.runtime.weighted_words import weighted
from nodes.values import Conditioning, Image, Latent, TextEncoder, Tokenizer, Tokens

PREVIEW_CELLS = 32 * 32
"""Latent cells that a preview decodes: about 40 ms on two CPU cores."""


def conditioning(encoder: TextEncoder, prompt: str, context: Context) -> Conditioning:
    """What the encoder makes of a prompt; words that it does not know or has no room for become notes.

    The features of a word of weight w are ``w·z``. The features of no word are zeros, so this is the way from nothing (0) over the word
    (1) to more of it.

    Raises:
        Failure: there is no encoder, since the generator takes no words; or a weight is too large.
    """
    if encoder.model is None:
        raise Failure("text_encoder: this generator takes a class, no words", "Connect Class label in place of Encode prompt.")
    config = encoder.model.config
    if "vocabulary" not in config or encoder.model.layout == "clip":
        made, left_out = published_words(encoder.model, prompt)
        if left_out:
            context.note(f"The prompt is too long for the encoder by {left_out} parts of words, which have no effect.")
        return made
    read = weighted(prompt)
    words = tokenize(read.text, config["vocabulary"], config["max_words"])
    if words.unknown:
        context.note(f"Not in the vocabulary, so without effect: {_quoted(words.unknown)}.")
    if words.left_out:
        context.note(f"The prompt has {len(words.ids) + words.left_out} words, the encoder reads the first {len(words.ids)}.")
    ids, mask = padded([words.ids], max(1, len(words.ids)))
    at = device()
    model = holder.module(encoder.model, at)
    with torch.no_grad(), stopping(model, context):
        features = model(ids.to(at.torch), mask.to(at.torch)).cpu()
    if not read.is_plain and words.spans:
        features = features * torch.tensor([read.weights[start] for start, _ in words.spans])[None, :, None]
    return Conditioning(features, mask, (prompt,), (words.spans,), encoder.model.digest)


def encoded(tokenizer: Tokenizer, image: Image, context: Context) -> Latent | Tokens:
    """The latent or the tokens of pictures.

    Raises:
        Failure: a side is no multiple of the tokenizer's cell, or the picture is transparent and the tokenizer knows no alpha.
    """
    if tokenizer.family not in ("autoencoder", "latents", "soft line"):
        return _tokenized(tokenizer, image, context)
    height, width = image.pixels.shape[-2:]
    cell = tokenizer.cell
    if tokenizer.family == "soft line" and (height, width) != (cell, cell):
        raise Failure(f"image: must be {cell} × {cell} px for {tokenizer.model.name}, got {width} × {height}", "Crop or scale the picture.")
    if height % cell or width % cell:
        near = f"{max(1, width // cell) * cell} × {max(1, height // cell) * cell}"
        message = f"image: sides must be multiples of {cell} px for {tokenizer.model.name}, got {width} × {height}"
        raise Failure(message, f"Crop or scale the picture to {near}.")
    at = device()
    model = holder.module(tokenizer.model, at)
    with torch.no_grad(), stopping(model, context):
        parts = [_latent(tokenizer, model, part.to(at.torch)).float().cpu() for part in _parts(image.pixels, context)]
    return Latent(torch.cat(parts), tokenizer.model.digest)


def _latent(tokenizer: Tokenizer, model: Any, pixels: torch.Tensor) -> torch.Tensor:
    """The mean of what an autoencoder makes of pixels; nothing is drawn."""
    if tokenizer.family == "autoencoder":
        found: torch.Tensor = model.encode(with_alpha(pixels))
        return found
    check_opaque(tokenizer.model, pixels)
    mean: torch.Tensor = model.moments(to_model(tokenizer.model, pixels[:, :3]))[0]
    return mean


def _tokenized(tokenizer: Tokenizer, image: Image, context: Context) -> Tokens:
    at, model = device(), tokenizer.model
    module = holder.module(model, at)
    side = fixed_side(model, module)
    height, width = image.pixels.shape[-2:]
    if (side and (height, width) != (side, side)) or height % tokenizer.cell or width % tokenizer.cell:
        wanted = f"{side} × {side} px" if side else f"of sides that are multiples of {tokenizer.cell} px"
        raise Failure(f"image: must be {wanted} for {model.name}, got {width} × {height}", "Crop or scale the picture.")
    if not tokenizer.has_alpha:
        check_opaque(model, image.pixels)
    pixels = with_alpha(image.pixels) if tokenizer.has_alpha else image.pixels[:, :3]
    with torch.no_grad(), stopping(module, context):
        found = [picture_tokens(model, module, part.to(at.torch)) for part in _parts(pixels, context)]
    return Tokens(torch.cat([ids.cpu() for ids, _ in found]), found[0][1], codebook_of(model.config), model.digest)


def _untokenized(tokenizer: Tokenizer, tokens: Tokens, context: Context, text: torch.Tensor | None) -> Image:
    model, at = tokenizer.model, device()
    check_maker("latent", model, tokens.tokenizer)
    module = holder.module(model, at)
    with torch.no_grad(), stopping(module, context):
        parts = [
            token_pixels(model, module, part.to(at.torch), tokens.grids, _beside(text, part)).float().cpu()
            for part in _parts(tokens.ids, context)
        ]
    return Image(torch.cat(parts))


def _beside(text: torch.Tensor | None, part: torch.Tensor) -> torch.Tensor | None:
    """One text for each item of a part."""
    return None if text is None else text[:1].expand(len(part), -1, -1).to(device().torch)


def decoded(tokenizer: Tokenizer, latent: Latent | Tokens, context: Context, words: Conditioning | None = None) -> Image:
    """The pictures of a latent or of tokens; ``words`` are for tokenizers that read along what the picture shows.

    Raises:
        Failure: they are of another tokenizer.
    """
    reads = tokenizer.model.config.get("text_width") if tokenizer.model.layout == "titok" else None
    text = told_along(words, reads)
    if reads and text is None:
        context.note(f"{tokenizer.model.name} reads along what the picture shows: connect the words of CLIP for a better picture.")
    if isinstance(latent, Tokens):
        return _untokenized(tokenizer, latent, context, text)
    check_maker("latent", tokenizer.model, latent.autoencoder)
    at = device()
    model = holder.module(tokenizer.model, at)
    reach = getattr(model, "reach", 0)

    def decode(values: torch.Tensor) -> torch.Tensor:
        context.check()
        return latent_pixels(tokenizer.model, model, values.to(at.torch), _beside(text, values)).float().cpu()

    tile = context.tile(max(latent.values.shape[-2:]), 2 * reach, "cells") if reach else 0
    with torch.no_grad(), stopping(model, context):
        parts = [in_tiles(decode, part, tile, reach) for part in _parts(latent.values, context)]
    return Image(torch.cat(parts))


def _parts(values: torch.Tensor, context: Context) -> tuple[torch.Tensor, ...]:
    """The items of a batch, as many together as memory allows."""
    parts: tuple[torch.Tensor, ...] = values.split(context.at_once(len(values)))
    return parts


def preview(autoencoder: ModelFile, values: torch.Tensor) -> Pixels:
    """A quick look at latents (batch, channels, height, width) on any device.

    The first few items are shown; a large one is averaged down before it is decoded.
    """
    height, width = values.shape[-2:]
    shown = values[: max(1, PREVIEW_CELLS // (height * width))]
    shrink = (PREVIEW_CELLS / (height * width)) ** 0.5
    if shrink < 1:
        shown = F.interpolate(shown, (max(1, int(height * shrink)), max(1, int(width * shrink))), mode="area")
    at = device()
    with torch.no_grad():
        return to_pixels(latent_pixels(autoencoder, holder.module(autoencoder, at), shown.to(at.torch)))


def _quoted(words: tuple[str, ...]) -> str:
    return ", ".join(f'"{word}"' for word in dict.fromkeys(words))
