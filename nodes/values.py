"""What flows on links, with the data contract of each, checked once at construction.

Nodes may trust a contract and never write to an input.
Tensors of values lie on the CPU; models move to the device, values do not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from nodes.imaging.pixels import to_pixels
from nodes.models.files import ModelFile
from nodes.value_type import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping


def _check(where: str, tensor: Tensor, axes: int, dtype: torch.dtype) -> None:
    if tensor.dtype != dtype:
        raise ValueError(f"{where}: must be {dtype}, got {tensor.dtype}")
    if tensor.ndim != axes or 0 in tensor.shape:
        raise ValueError(f"{where}: must have {axes} axes, none empty, got shape {tuple(tensor.shape)}")


def _check_unit(where: str, tensor: Tensor) -> None:
    low, high = (float(end) for end in tensor.aminmax())
    if not 0 <= low <= high <= 1:  # NaN fails every comparison
        raise ValueError(f"{where}: must be within 0 to 1, got {low:g} to {high:g}")


def _check_finite(where: str, tensor: Tensor) -> None:
    if not bool(tensor.isfinite().all()):
        raise ValueError(f"{where}: must be finite, got NaN or infinity")


def _sized(value: Image | Mask, kind: str) -> str:
    batch, _, height, width = value.pixels.shape
    return f"{'' if batch == 1 else f'{batch} × '}{kind} {width} × {height}"


@value_type(pixels=lambda image: to_pixels(image.pixels), describe=lambda image: _sized(image, "RGBA" if image.has_alpha else "RGB"))
@dataclass(frozen=True, eq=False)
class Image:
    """Pictures: sRGB-encoded RGB, or RGBA with straight alpha."""

    pixels: Tensor  # (batch, 3 or 4, height, width) float32 in 0 to 1

    def __post_init__(self) -> None:
        _check("Image.pixels", self.pixels, 4, torch.float32)
        if self.pixels.shape[1] not in (3, 4):
            raise ValueError(f"Image.pixels: must have 3 or 4 channels, got {self.pixels.shape[1]}")
        _check_unit("Image.pixels", self.pixels)

    @property
    def has_alpha(self) -> bool:
        return self.pixels.shape[1] == 4


@value_type(pixels=lambda mask: to_pixels(mask.pixels.expand(-1, 3, -1, -1)), describe=lambda mask: _sized(mask, "mask"))
@dataclass(frozen=True, eq=False)
class Mask:
    """What is selected, to be changed: 1 = fully."""

    pixels: Tensor  # (batch, 1, height, width) float32 in 0 to 1

    def __post_init__(self) -> None:
        _check("Mask.pixels", self.pixels, 4, torch.float32)
        if self.pixels.shape[1] != 1:
            raise ValueError(f"Mask.pixels: must have 1 channel, got {self.pixels.shape[1]}")
        _check_unit("Mask.pixels", self.pixels)


@value_type(describe=lambda conditioning: f"{int(conditioning.mask.sum())} words")
@dataclass(frozen=True, eq=False)
class Conditioning:
    """What a text encoder made of prompts.

    Attributes:
        sequence: features (batch, words, width) float32.
        mask: (batch, words) bool, True where a word stands; a prompt without words has none.
        prompts: the texts, one an item of the batch.
        spans: for each item, where each word of the sequence stands in its text, as (start, end) in characters.
        encoder: digest of the text encoder.
    """

    sequence: Tensor
    mask: Tensor
    prompts: tuple[str, ...]
    spans: tuple[tuple[tuple[int, int], ...], ...]
    encoder: str

    def __post_init__(self) -> None:
        _check("Conditioning.sequence", self.sequence, 3, torch.float32)
        _check("Conditioning.mask", self.mask, 2, torch.bool)
        _check_finite("Conditioning.sequence", self.sequence)
        if self.mask.shape != self.sequence.shape[:2]:
            raise ValueError(f"Conditioning.mask: must be {tuple(self.sequence.shape[:2])}, got {tuple(self.mask.shape)}")
        words = tuple(int(count) for count in self.mask.sum(1))
        if len(self.prompts) != len(words) or tuple(len(item) for item in self.spans) != words:
            raise ValueError(f"Conditioning.spans: must be one a word, {words} for {len(words)} prompts, got {self.spans}")


@value_type(describe=lambda tokens: f"{tokens.ids.shape[1]} tokens")
@dataclass(frozen=True, eq=False)
class Tokens:
    """Pictures as ids of a codebook.

    Attributes:
        ids: (batch, length) int64.
        grids: the (rows, columns) that the ids fill, in order: one grid, one a scale, or (1, length) for 1D tokens.
        codebook: number of ids there are.
        tokenizer: digest of the tokenizer.
        known: (batch, length) bool, True where an id is settled; None = all.
    """

    ids: Tensor
    grids: tuple[tuple[int, int], ...]
    codebook: int
    tokenizer: str
    known: Tensor | None = None

    def __post_init__(self) -> None:
        _check("Tokens.ids", self.ids, 2, torch.int64)
        length = sum(rows * columns for rows, columns in self.grids)
        if self.ids.shape[1] != length:
            raise ValueError(f"Tokens.ids: must have the length {length} of its grids, got {self.ids.shape[1]}")
        low, high = (int(end) for end in self.ids.aminmax())
        if not 0 <= low <= high < self.codebook:
            raise ValueError(f"Tokens.ids: must be within 0 to {self.codebook - 1}, got {low} to {high}")
        if self.known is not None and (self.known.dtype != torch.bool or self.known.shape != self.ids.shape):
            raise ValueError(f"Tokens.known: must be bool {tuple(self.ids.shape)}, got {self.known.dtype} {tuple(self.known.shape)}")


@value_type(describe=lambda latent: " × ".join(str(side) for side in latent.values.shape))
@dataclass(frozen=True, eq=False)
class Latent:
    """Pictures in the space of an autoencoder, whose scale and shift are already applied.

    Attributes:
        values: (batch, channels, height, width) float32 of about unit variance.
        autoencoder: digest of the autoencoder.
    """

    values: Tensor
    autoencoder: str

    def __post_init__(self) -> None:
        _check("Latent.values", self.values, 4, torch.float32)
        _check_finite("Latent.values", self.values)


@value_type(stored=False, describe=lambda encoder: encoder.model.name)
@dataclass(frozen=True, eq=False)
class TextEncoder:
    """Encodes prompts into `Conditioning`."""

    model: ModelFile


@value_type(stored=False, describe=lambda tokenizer: tokenizer.model.name)
@dataclass(frozen=True, eq=False)
class Tokenizer:
    """Encodes and decodes between `Image` and `Latent` or `Tokens`.

    Attributes:
        cell: pixels a side that one latent cell or token covers.
        has_alpha: whether alpha survives.
    """

    model: ModelFile
    cell: int
    has_alpha: bool


@value_type(stored=False, describe=lambda generator: f"{generator.model.name}, {generator.family}, {generator.size} px")
@dataclass(frozen=True, eq=False)
class Generator:
    """A model that predicts, with the companions that fit it.

    Attributes:
        family: how it is run: "flow".
        text_encoder: makes its conditioning.
        autoencoder: decodes its latents.
        size: the side in pixels that it was trained at.
        multiple: sides of pictures are multiples of this, in pixels.
    """

    model: ModelFile
    family: str
    text_encoder: ModelFile
    autoencoder: ModelFile
    size: int
    multiple: int


@value_type(describe=lambda strategy: f"{strategy.solver}, {strategy.steps} steps")
@dataclass(frozen=True, eq=False)
class Strategy:
    """How a generator is decoded.

    Attributes:
        family: the generators that it can decode.
        solver: a name of `nodes.decoding.solvers.SOLVERS`.
        steps: 1 or more.
        shift: of the schedule, above 0.
    """

    family: str
    solver: str
    steps: int
    shift: float = 1.0

    def __post_init__(self) -> None:
        if self.steps < 1:
            raise ValueError(f"Strategy.steps: must be at least 1, got {self.steps}")
        if not 0 < self.shift < math.inf:
            raise ValueError(f"Strategy.shift: must be above 0 and finite, got {self.shift:g}")


@value_type(describe=lambda _: "guidance")
class Guidance:
    """Which predictions are asked for and how they become one; the kinds are in `nodes.decoding.guidance`."""

    def asks(self, positive: Conditioning, level: float) -> Mapping[str, Conditioning | None]:
        """The prompts to predict under at a noise level in 1 to 0, by name; None = the generator's empty prompt."""
        raise NotImplementedError

    def combined(self, predictions: Mapping[str, Tensor], level: float) -> Tensor:
        """One prediction from the named ones, shaped like each."""
        raise NotImplementedError
