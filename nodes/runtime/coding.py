"""Prompts, pictures and latents through their models, on the device and back."""

from __future__ import annotations

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


def encoded(tokenizer: Tokenizer, image: Image) -> Latent:
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
    with torch.no_grad():
        values = holder.module(tokenizer.model, at).encode(with_alpha(image.pixels).to(at.torch)).float().cpu()
    return Latent(values, tokenizer.model.digest)


def decoded(tokenizer: Tokenizer, latent: Latent) -> Image:
    """The pictures of a latent.

    Raises:
        Failure: the latent is of another autoencoder.
    """
    if latent.autoencoder != tokenizer.model.digest:
        came, wanted = latent.autoencoder[:12], tokenizer.model.digest[:12]
        message = f"latent: must be of the autoencoder {tokenizer.model.name} (SHA-256 {wanted}…), is of {came}…"
        raise Failure(message, "Load the tokenizer that fits the generator.")
    at = device()
    with torch.no_grad():
        pixels = holder.module(tokenizer.model, at).decode(latent.values.to(at.torch)).float().cpu()
    return Image(pixels)


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
