"""Prompts, pictures and latents through their models, on the device and back."""

from __future__ import annotations

from collections.abc import Callable

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
from nodes.values import Conditioning, Image, Latent, TextEncoder, Tokenizer

PREVIEW_CELLS = 32 * 32
"""Latent cells that a preview decodes: about 40 ms on two CPU cores."""


def conditioning(encoder: TextEncoder, prompt: str, context: Context) -> Conditioning:
    """What the encoder makes of a prompt; words that it does not know or has no room for become notes."""
    config = encoder.model.config
    words = tokenize(prompt, config["vocabulary"], config["max_words"])
    if words.unknown:
        context.note(f"Not in the vocabulary, so without effect: {_quoted(words.unknown)}.")
    if words.left_out:
        context.note(f"The prompt has {len(words.ids) + words.left_out} words, the encoder reads the first {len(words.ids)}.")
    ids, mask = padded([words.ids], max(1, len(words.ids)))
    at = device()
    with torch.no_grad():
        features = holder.module(encoder.model, at)(ids.to(at.torch), mask.to(at.torch)).cpu()
    return Conditioning(features, mask, (prompt,), (words.spans,), encoder.model.digest)


def encoded(tokenizer: Tokenizer, image: Image, context: Context) -> Latent:
    """The latent of pictures.

    Raises:
        Failure: a side is no multiple of the tokenizer's cell.
    """
    height, width = image.pixels.shape[-2:]
    cell = tokenizer.cell
    if height % cell or width % cell:
        near = f"{max(1, width // cell) * cell} × {max(1, height // cell) * cell}"
        message = f"image: sides must be multiples of {cell} px for {tokenizer.model.name}, got {width} × {height}"
        raise Failure(message, f"Crop or scale the picture to {near}.")
    at = device()
    model = holder.module(tokenizer.model, at)
    with torch.no_grad():
        parts = [model.encode(part.to(at.torch)).float().cpu() for part in _parts(with_alpha(image.pixels), context)]
    return Latent(torch.cat(parts), tokenizer.model.digest)


def decoded(tokenizer: Tokenizer, latent: Latent, context: Context) -> Image:
    """The pictures of a latent.

    Raises:
        Failure: the latent is of another autoencoder.
    """
    if latent.autoencoder != tokenizer.model.digest:
        came, wanted = latent.autoencoder[:12], tokenizer.model.digest[:12]
        message = f"latent: must be of the autoencoder {tokenizer.model.name} (SHA-256 {wanted}…), is of {came}…"
        raise Failure(message, "Load the tokenizer that fits the generator.")
    at = device()
    model = holder.module(tokenizer.model, at)
    reach = getattr(model, "reach", 0)

    def decode(values: torch.Tensor) -> torch.Tensor:
        pixels: torch.Tensor = model.decode(values.to(at.torch))
        return pixels.float().cpu()

    tile = context.tile(max(latent.values.shape[-2:]), 2 * reach, "cells") if reach else 0
    with torch.no_grad():
        parts = [in_tiles(decode, part, tile, reach) for part in _parts(latent.values, context)]
    return Image(torch.cat(parts))


def _parts(values: torch.Tensor, context: Context) -> tuple[torch.Tensor, ...]:
    """The items of a batch, as many together as memory allows."""
    parts: tuple[torch.Tensor, ...] = values.split(context.at_once(len(values)))
    return parts


def in_tiles(decode: Callable[[torch.Tensor], torch.Tensor], values: torch.Tensor, side: int, reach: int) -> torch.Tensor:
    """The pixels of latents (batch, channels, height, width), decoded a tile at a time with as much around it as pixels depend on.

    Args:
        decode: latents to pixels, each cell to a square of them.
        values: the latents.
        side: of a tile in cells; one that is not smaller than the latents, or 0, decodes them at once.
        reach: cells around one that its pixels depend on.

    Returns:
        The same pixels as without tiles.
    """
    height, width = values.shape[-2:]
    if not 0 < side < max(height, width):
        return decode(values)
    rows = []
    for top in range(0, height, side):
        row = []
        for left in range(0, width, side):
            above, before = min(top, reach), min(left, reach)
            around = values[..., top - above : top + side + reach, left - before : left + side + reach]
            pixels = decode(around)
            cell = pixels.shape[-1] // around.shape[-1]
            high, wide = min(side, height - top) * cell, min(side, width - left) * cell
            row.append(pixels[..., above * cell : above * cell + high, before * cell : before * cell + wide])
        rows.append(torch.cat(row, -1))
    return torch.cat(rows, -2)


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
        return to_pixels(holder.module(autoencoder, at).decode(shown.to(at.torch)))


def _quoted(words: tuple[str, ...]) -> str:
    return ", ".join(f'"{word}"' for word in dict.fromkeys(words))
