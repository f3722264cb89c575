"""What flows on links, with the data contract of each, checked once at construction.

Nodes may trust a contract and never write to an input.
Tensors of values lie on the CPU; models move to the device, values do not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from graph_engine.values import Cells
from nodes.imaging.pixels import to_pixels
from nodes.imaging.region_colors import colored
from nodes.models.files import ModelFile
from nodes.value_type import BESIDE, value_type

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


@value_type(pixels=lambda layer: to_pixels(layer.pixels), describe=lambda layer: layer.name or "layer")
@dataclass(frozen=True, eq=False)
class Layer:
    """A picture in a stack.

    Attributes:
        pixels: (1, 4, height, width) float32 in 0 to 1, straight alpha.
        offset: of its left and top edge on the canvas in pixels; it may lie outside.
        opacity: 0 to 1.
        blend: how it mixes with what lies below, a name of `nodes.imaging.blending.BLENDS`.
    """

    pixels: Tensor
    name: str = ""
    offset: tuple[int, int] = (0, 0)
    opacity: float = 1.0
    blend: str = "normal"
    visible: bool = True

    def __post_init__(self) -> None:
        _check("Layer.pixels", self.pixels, 4, torch.float32)
        if self.pixels.shape[:2] != (1, 4):
            raise ValueError(f"Layer.pixels: must be one RGBA picture, got shape {tuple(self.pixels.shape)}")
        _check_unit("Layer.pixels", self.pixels)
        if not 0 <= self.opacity <= 1:
            raise ValueError(f"Layer.opacity: must be within 0 to 1, got {self.opacity:g}")


@value_type(describe=lambda stack: f"{len(stack.layers)} layers {stack.width} × {stack.height}")
@dataclass(frozen=True, eq=False)
class LayerStack:
    """Layers bottom to top, and the size of their canvas in pixels."""

    layers: tuple[Layer, ...]
    width: int
    height: int

    def __post_init__(self) -> None:
        if min(self.width, self.height) < 1:
            raise ValueError(f"LayerStack: the canvas must have pixels, got {self.width} × {self.height}")


@value_type(pixels=lambda region: to_pixels(region.area.expand(-1, 3, -1, -1)), describe=lambda region: region.words or "region")
@dataclass(frozen=True, eq=False)
class Region:
    """A part of a layout.

    Attributes:
        box: left, top, right and bottom of what it covers, in 0 to 1 of the canvas.
        words: what it holds.
        weight: how much the words count, 1 as usual.
        depth: 1 is the farthest.
        area: (1, 1, height, width) float32 in 0 to 1, on the whole canvas.
    """

    box: tuple[float, float, float, float]
    words: str
    weight: float
    depth: int
    area: Tensor

    def __post_init__(self) -> None:
        left, top, right, bottom = self.box
        if not (0 <= left <= right <= 1 and 0 <= top <= bottom <= 1):
            raise ValueError(f"Region.box: must be left, top, right, bottom within 0 to 1, got {self.box}")
        _check("Region.area", self.area, 4, torch.float32)
        _check_unit("Region.area", self.area)


@value_type(
    pixels=lambda layout: to_pixels(colored([region.area for region in layout.regions], layout.width, layout.height)),
    describe=lambda layout: f"{len(layout.regions)} regions {layout.width} × {layout.height}",
)
@dataclass(frozen=True, eq=False)
class Layout:
    """What is to be where: regions from the farthest to the nearest, and the size of their canvas in pixels."""

    regions: tuple[Region, ...]
    width: int
    height: int

    def __post_init__(self) -> None:
        for region in self.regions:
            if region.area.shape != (1, 1, self.height, self.width):
                raise ValueError(f"Layout.regions: areas must be {self.width} × {self.height}, got shape {tuple(region.area.shape)}")


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
        late: (batch, words, width) float32 of encoders that give two sequences: the features behind the last layer.
        pooled: (batch, width) float32, the vector of the whole text; None where the encoder has none.
    """

    sequence: Tensor
    mask: Tensor
    prompts: tuple[str, ...]
    spans: tuple[tuple[tuple[int, int], ...], ...]
    encoder: str
    late: Tensor | None = None
    pooled: Tensor | None = None

    def __post_init__(self) -> None:
        _check("Conditioning.sequence", self.sequence, 3, torch.float32)
        _check("Conditioning.mask", self.mask, 2, torch.bool)
        _check_finite("Conditioning.sequence", self.sequence)
        for name, axes in (("late", 3), ("pooled", 2)):
            if (part := getattr(self, name)) is not None:
                _check(f"Conditioning.{name}", part, axes, torch.float32)
                _check_finite(f"Conditioning.{name}", part)
        if self.mask.shape != self.sequence.shape[:2]:
            raise ValueError(f"Conditioning.mask: must be {tuple(self.sequence.shape[:2])}, got {tuple(self.mask.shape)}")
        words = tuple(int(count) for count in self.mask.sum(1))
        if len(self.prompts) != len(words) or tuple(len(item) for item in self.spans) != words:
            raise ValueError(f"Conditioning.spans: must be one a word, {words} for {len(words)} prompts, got {self.spans}")


@value_type(name="Conditioning", describe=lambda condition: "no class" if condition.number is None else f"class {condition.number}")
@dataclass(frozen=True, eq=False)
class ClassLabel:
    """What a picture shows, as the number of a class; travels where a `Conditioning` does.

    Attributes:
        number: 0 or more; None = no class at all.
    """

    number: int | None

    def __post_init__(self) -> None:
        if self.number is not None and self.number < 0:
            raise ValueError(f"ClassLabel.number: must be 0 or more, got {self.number}")


Prompt = Conditioning | ClassLabel
"""What leads a generator: words or a class."""


@value_type()
@dataclass(frozen=True, eq=False)
class Record:
    """How tokens were decoded; each (batch, length) float32.

    Attributes:
        entropy: of what the generator predicted for a place under the prompt when its token was settled, in bits; −1 = it was given.
        order: the pass that settled it, from 1; 0 = it was given.
        likelihood: of the token under that prediction, 0 to 1; −1 = it was given.
        acceptance: the share of the tokens proposed for a place that was taken: 1 = the first one; 0 = it was given.
    """

    entropy: Tensor
    order: Tensor
    likelihood: Tensor
    acceptance: Tensor

    def __post_init__(self) -> None:
        for name in ("entropy", "order", "likelihood", "acceptance"):
            _check(f"Record.{name}", getattr(self, name), 2, torch.float32)
            _check_finite(f"Record.{name}", getattr(self, name))


SHOWN_ITEMS = 16
"""Items of a batch whose cells are told."""


def _cells(tokens: Tokens) -> Cells:
    """Ids, what is known, and the record, of the first items."""
    known = torch.ones_like(tokens.ids) if tokens.known is None else tokens.known
    maps = {"id": tokens.ids, "known": known}
    if record := tokens.record:
        maps |= {"entropy": record.entropy, "order": record.order, "likelihood": record.likelihood, "acceptance": record.acceptance}
    shown = {name: map_[:SHOWN_ITEMS].float().cpu().contiguous().numpy().tobytes() for name, map_ in maps.items()}
    return Cells(tokens.grids, len(tokens.ids), shown)


@value_type(describe=lambda tokens: f"{tokens.ids.shape[1]} tokens", cells=_cells)
@dataclass(frozen=True, eq=False)
class Tokens:
    """Pictures as ids of a codebook.

    Attributes:
        ids: (batch, length) int64.
        grids: the (rows, columns) that the ids fill, in order: one grid, one a scale, or (1, length) for 1D tokens.
        codebook: number of ids there are.
        tokenizer: digest of the tokenizer.
        known: (batch, length) bool, True where an id is settled; None = all.
        record: how they were decoded, where a generator made them. It does not make them other tokens.
    """

    ids: Tensor
    grids: tuple[tuple[int, int], ...]
    codebook: int
    tokenizer: str
    known: Tensor | None = None
    record: Record | None = field(default=None, metadata={BESIDE: True})

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
        if self.record is not None and self.record.order.shape != self.ids.shape:
            raise ValueError(f"Tokens.record: must be {tuple(self.ids.shape)} as the ids, got {tuple(self.record.order.shape)}")


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


@value_type(stored=False, describe=lambda encoder: encoder.model.name if encoder.model else "takes no words")
@dataclass(frozen=True, eq=False)
class TextEncoder:
    """Encodes prompts into `Conditioning`; without a model it stands for a generator that takes no words."""

    model: ModelFile | None


@value_type(stored=False, describe=lambda tokenizer: tokenizer.model.name)
@dataclass(frozen=True, eq=False)
class Tokenizer:
    """Encodes and decodes between `Image` and `Latent` or `Tokens`.

    Attributes:
        family: what it makes of a picture: "autoencoder" and "latents" a latent; "codes" a grid of tokens, "scales" one grid a
            scale, "line" a sequence without places; "soft line" a sequence of vectors, which is a latent of one row.
        cell: pixels a side that one latent cell or token covers; of a line, the side of the picture.
        has_alpha: whether alpha survives.
    """

    model: ModelFile
    family: str
    cell: int
    has_alpha: bool


@value_type(stored=False, describe=lambda generator: f"{generator.model.name}, {generator.family}, {generator.size} px")
@dataclass(frozen=True, eq=False)
class Generator:
    """A model that predicts, with the companions that fit it.

    Attributes:
        family: how it is run: "flow", or how it predicts tokens: "next token", "next scale", "masked", "random order", …
        text_encoder: makes its conditioning; None where that is a class.
        tokenizer: turns its latents or tokens into pixels; None where nobody said which.
        size: the side in pixels that it was trained at.
        multiple: sides of pictures are multiples of this, in pixels.
        classes: how many it knows; None where words lead it.
        weights: what they are kept in while it runs; empty = as is quickest without being seen.
    """

    model: ModelFile
    family: str
    text_encoder: ModelFile | None
    tokenizer: ModelFile | None
    size: int
    multiple: int
    classes: int | None = None
    weights: str = ""


@value_type(describe=lambda strategy: f"{strategy.solver}, {strategy.steps} steps")
@dataclass(frozen=True, eq=False)
class Strategy:
    """How a generator is decoded.

    Attributes:
        family: the generators that it was made for, a row of `DECODED`.
        solver: a name of `nodes.decoding.solvers.SOLVERS`, or "ancestral".
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

    @property
    def families(self) -> tuple[str, ...]:
        """The generators that it can decode."""
        return DECODED.get(self.family, (self.family,))


DECODED = {"flow": ("flow", "diffusion")}
"""What a strategy for a family can decode besides: a solver of the straight path also walks that of a diffusion model."""


@dataclass(frozen=True, eq=False)
class Elsewhere:
    """A prediction of another generator than the one that is led.

    Attributes:
        prompt: what leads it; None = its empty prompt.
    """

    generator: Generator
    prompt: Prompt | None


Ask = Prompt | Elsewhere | None
"""A prediction that a guidance asks for: under a prompt, by another generator, or under the generator's empty prompt (None)."""


@value_type(describe=lambda _: "guidance")
class Guidance:
    """Which predictions are asked for and how they become one; the kinds are in `nodes.decoding`.

    A level is what is still open: 1 = nothing is decided, 0 = all is. For denoised predictions it is the noise level, for logits the
    share of the steps that are still to come.
    """

    def asks(self, positive: Prompt, level: float) -> Mapping[str, Ask]:
        """The predictions that are needed at a level in 1 to 0, by name."""
        raise NotImplementedError

    def combined(self, predictions: Mapping[str, Tensor], level: float | Tensor) -> Tensor:
        """One prediction from the named ones, shaped like each; a tensor of levels has one for each place, and broadcasts."""
        raise NotImplementedError


@value_type(describe=lambda _: "control")
class Control:
    """What leads a picture beside words; several add up. The kinds are in `nodes.decoding.controls`."""
