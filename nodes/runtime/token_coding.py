"""Tokens through their tokenizer: pictures to ids, ids to pictures, and a look at those that are known so far."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from graph_engine.errors import Failure
from graph_engine.values import Pixels
from nodes.imaging.alpha import premultiplied, straight
from nodes.imaging.pixels import to_pixels
from nodes.models.files import ModelFile
from nodes.models.flextok import FlexTokConfig
from nodes.models.known_layouts import LAYOUTS
from nodes.runtime.devices import device
from nodes.runtime.drawn_lines import drawn
from nodes.runtime.models import holder

Grids = tuple[tuple[int, int], ...]

SIGNED = ("llamagen-vq", "var-vqvae", "kl-autoencoder", "diffusers-autoencoder", "flextok")
"""Layouts whose pixels are −1 to 1; those of all others are 0 to 1."""

UNDECIDED = 0.5
"""The gray of what is not known yet."""


def kind_of(tokenizer: ModelFile) -> str:
    """What a tokenizer makes of a picture, as `nodes.values.Tokenizer` names it."""
    soft = LAYOUTS[tokenizer.layout].family == "line" and tokenizer.layout == "titok" and not tokenizer.config["codebook"]
    return "soft line" if soft else LAYOUTS[tokenizer.layout].family


def line_side(tokenizer: ModelFile) -> int:
    """The side in pixels of the pictures that a line stands for."""
    c = tokenizer.config
    if tokenizer.layout == "flextok":
        return FlexTokConfig(**c).picture_side
    return int(c["patch"] * round(c["patches"] ** 0.5))


def cell_of(model: ModelFile) -> int:
    """Pixels a side that one cell of a tokenizer covers; of a line, the side of the picture."""
    c = model.config
    if kind_of(model) in ("line", "soft line"):
        return line_side(model)
    if "downscale" in c:
        return int(c["downscale"])
    return int(LAYOUTS[model.layout].config(**c).downscale)


def line_length(tokenizer: ModelFile) -> int:
    """How many tokens the whole line of a picture has."""
    return int(tokenizer.config["registers" if tokenizer.layout == "flextok" else "tokens"])


def check_opaque(tokenizer: ModelFile, pixels: Tensor) -> None:
    """Refuse transparent pixels (batch, 3 or 4, height, width) where a tokenizer knows no alpha.

    Raises:
        Failure: some are.
    """
    if pixels.shape[1] == 4 and float(pixels[:, 3].min()) < 1:
        raise Failure(f"image: must be opaque for {tokenizer.name}, which knows no alpha", "Put the picture on a background.")


def check_maker(name: str, tokenizer: ModelFile, maker: str) -> None:
    """Refuse what another tokenizer made, by its digest.

    Raises:
        Failure: it did.
    """
    if maker != tokenizer.digest:
        message = f"{name}: must be of {tokenizer.name} (SHA-256 {tokenizer.digest[:12]}…), is of {maker[:12]}…"
        raise Failure(message, "Use the same tokenizer here as there: the one that fits the generator.")


def check_grids(given: Grids, wanted: Grids) -> None:
    """Refuse tokens that fill something else than a generator's: another size, other scales.

    Raises:
        Failure: they do.
    """
    if given != wanted:
        message = f"tokens: must fill {said(wanted)} as the generator's, fill {said(given)}"
        raise Failure(message, "Use a picture of the generator's size, and its tokenizer.")


def said(grids: Grids) -> str:
    """Grids as people read them."""
    return ", ".join(f"{columns} × {rows}" for rows, columns in grids)


def to_model(file: ModelFile, pixels: Tensor) -> Tensor:
    """Pixels in 0 to 1 in the range that a tokenizer was trained on; those with alpha go in premultiplied."""
    pixels = premultiplied(pixels) if pixels.shape[1] == 4 else pixels
    return pixels * 2 - 1 if file.layout in SIGNED else pixels


def from_model(file: ModelFile, pixels: Tensor) -> Tensor:
    """The way back, clamped to 0 to 1; alpha within 2 % of an end is that end."""
    pixels = (pixels / 2 + 0.5 if file.layout in SIGNED else pixels).clamp(0, 1)
    if pixels.shape[1] < 4:
        return pixels
    color = straight(pixels)[:, :3]
    alpha = ((pixels[:, 3:] - 0.02) / 0.96).clamp(0, 1)
    return torch.cat([torch.where(alpha > 0, color, 0.0), alpha], 1)


def at_scales(module: Any, grids: Grids) -> Any:
    """A multi-scale tokenizer at the scales of some tokens: the same weights serve several."""
    scaled = copy.copy(module)
    scaled.config = dataclasses.replace(module.config, scales=tuple(rows for rows, _ in grids))
    return scaled


def token_pixels(file: ModelFile, module: Any, ids: Tensor, grids: Grids, text: Tensor | None = None) -> Tensor:
    """Pixels (batch, 3 or 4, height, width) in 0 to 1 of ids (batch, length), all of them known.

    ``text`` (batch, words, width) tells decoders that read along what the picture shows.
    """
    kind = LAYOUTS[file.layout].family
    if kind == "scales":
        parts = ids.split([rows * columns for rows, columns in grids], 1)
        return from_model(file, at_scales(module, grids).decode(list(parts)))
    if file.layout == "flextok":
        return from_model(file, drawn(module, ids))
    return from_model(file, module.decode(ids, text) if kind == "line" else module.decode(ids.unflatten(1, grids[0])))


def latent_pixels(file: ModelFile, module: Any, values: Tensor, text: Tensor | None = None) -> Tensor:
    """Pixels (batch, 3 or 4, height, width) in 0 to 1 of latents; ``text`` as of `token_pixels`.

    The latents of a tokenizer of codes or scales are what its decoder reads: codes and f̂, or vectors in their place.
    """
    kind = kind_of(file)
    if kind in ("codes", "scales"):
        return from_model(file, module.pixels(values))
    return from_model(file, module.pixels(values, text) if kind == "soft line" else module.decode(values))


def picture_tokens(file: ModelFile, module: Any, pixels: Tensor) -> tuple[Tensor, Grids]:
    """Ids (batch, length) of pixels in 0 to 1, and what they fill."""
    pixels = to_model(file, pixels)
    found = module.encode(module.latent(pixels) if file.layout == "flextok" else pixels)
    if LAYOUTS[file.layout].family == "scales":
        return torch.cat(found, 1), tuple((side, side) for side in module.config.scales)
    if found.ndim == 2:
        return found, ((1, found.shape[1]),)
    return found.flatten(1), (tuple(found.shape[1:]),)


def fixed_side(file: ModelFile, module: Any) -> int:
    """The side in pixels of the pictures that a tokenizer takes; 0 = any multiple of its cell."""
    kind = kind_of(file)
    if kind == "scales":
        return int(module.config.scales[-1] * module.config.downscale)
    return line_side(file) if kind in ("line", "soft line") else 0


def codes_of(module: Any) -> Tensor:
    """The rows of a tokenizer's codes, as they are stored."""
    rows: Tensor = module.quantize["embedding"].weight
    return rows


def token_preview(file: ModelFile, ids: Tensor, grids: Grids, most: int = 4) -> Pixels:
    """A look at tokens (batch, length), −1 where unknown: what is not known is gray, or not there yet where scales build up."""
    ids, at = ids[:most], device()
    module = holder.module(file, at)
    ids = ids.to(at.torch)
    with torch.no_grad():
        if len(grids) > 1:
            return to_pixels(_scales_so_far(file, at_scales(module, grids), ids, grids))
        pixels = token_pixels(file, module, ids.clamp(min=0), grids)
    if LAYOUTS[file.layout].family == "codes":
        known = (ids >= 0).unflatten(1, grids[0])[:, None].float()
        known = F.interpolate(known, pixels.shape[-2:])
        pixels = pixels * known + UNDECIDED * (1 - known)
    return to_pixels(pixels)


def _scales_so_far(file: ModelFile, module: Any, ids: Tensor, grids: Grids) -> Tensor:
    """What the whole scales among the first ones add up to."""
    parts = ids.split([rows * columns for rows, columns in grids], 1)
    whole = next((number for number, part in enumerate(parts) if bool((part < 0).any())), len(parts))
    return from_model(file, module.pixels(module.sums([part.clamp(min=0) for part in parts[: max(1, whole)]])[-1]))
