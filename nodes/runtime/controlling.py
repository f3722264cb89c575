"""How controls lead a flow model: as the hints that it was trained with where it was, else around its predictions."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from graph_engine.context import Context
from graph_engine.errors import Failure
from nodes.decoding.controls import Begun, Drawn, Kept, Placed, in_windows, keeping, size_in_cells, windows_of
from nodes.decoding.solvers import Denoise
from nodes.models.flow_transformer import DEPTHS, Hints, painted_regions
from nodes.painting.edges import thinned
from nodes.runtime.coding import conditioning, encoded
from nodes.runtime.prompting import check_prompt
from nodes.values import Conditioning, Control, Generator, Image, Latent, Layout, Mask, Prompt, TextEncoder, Tokenizer

ARTICLES = re.compile(r"\b(a|an|the)\s+", re.IGNORECASE)


def kept(context: Context, image: Image, mask: Mask, tokenizer: Tokenizer, start: float, end: float) -> Kept:
    """A control that keeps a picture outside of a mask. A cell that the mask touches is made anew.

    Raises:
        Failure: sizes do not fit.
    """
    if image.pixels.shape[2:] != mask.pixels.shape[2:]:
        (height, width), (down, across) = image.pixels.shape[2:], mask.pixels.shape[2:]
        raise Failure(
            f"mask: must have the size {width} × {height} of the picture, got {across} × {down}", "Make the mask on the picture itself."
        )
    free = (F.max_pool2d(mask.pixels, tokenizer.cell) > 0).float()
    return Kept(_latent(context, image, tokenizer), free, start, end)


def begun(context: Context, image: Image, tokenizer: Tokenizer, level: float) -> Begun:
    return Begun(_latent(context, image, tokenizer), level)


def _latent(context: Context, image: Image, tokenizer: Tokenizer) -> Latent:
    made = encoded(tokenizer, image, context)
    if not isinstance(made, Latent):
        message = f"tokenizer: must make latents, {tokenizer.model.name} makes tokens"
        raise Failure(message, "Connect the autoencoder of a flow model; to keep tokens use the nodes of the section Editing.")
    return made


def placed(context: Context, layout: Layout, encoder: TextEncoder, around: str, end: float) -> Placed:
    """A control that puts the words of a layout where its regions are."""

    def read(text: str) -> Conditioning:
        return conditioning(encoder, text, context)

    regions = [region.words for region in layout.regions]
    words = tuple(read(f"{one} {around}".strip()) for one in regions)
    return Placed(layout, words, tuple(read(ARTICLES.sub("", one)) for one in regions), read(around), 1.0, end)


def listed(layout: Layout, around: str) -> str:
    """All that a layout shows, as one prompt."""
    words = [region.words for region in layout.regions if region.words]
    said = f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)
    return f"{said} {around}".strip()


def check_controls(generator: Generator, controls: Sequence[Control], count: int) -> None:
    """Refuse controls that do not lead a generator.

    Raises:
        Failure: the sentence says which, and why.
    """
    for control in controls:
        if isinstance(control, Kept | Begun):
            _check_picture(generator, control.latent, count)
        elif isinstance(control, Drawn) and not generator.model.config.get("hints"):
            message = f"controls: {generator.model.name} was trained without drawn lines, so they cannot lead it"
            raise Failure(message, "Lead it with Begin with picture and the sketch's colors, or choose a generator with hints.")
        elif isinstance(control, Placed):
            for words in (*control.words, *control.named, control.around):
                check_prompt(generator, "controls", words, count)


def _check_picture(generator: Generator, latent: Latent, count: int) -> None:
    wanted = generator.tokenizer
    if wanted is None or latent.autoencoder != wanted.digest:
        name = wanted.name if wanted else "the autoencoder of the generator"
        message = f"controls: a picture must be encoded by {name}, is by {latent.autoencoder[:12]}…"
        raise Failure(message, "Connect the tokenizer that the generator was trained with.")
    if len(latent.values) not in (1, count):
        raise Failure(f"controls: must hold 1 picture or {count} as count says, hold {len(latent.values)}", "Change count.")


def for_these(controls: Sequence[Control], items: range) -> list[Control]:
    """The controls of some items of a batch; a single picture leads all of them."""
    return [_for_these(control, items) if isinstance(control, Kept | Begun) else control for control in controls]


def _for_these(control: Kept | Begun, items: range) -> Kept | Begun:
    if len(control.latent.values) == 1:
        return control
    chosen = slice(items.start, items.stop)
    made = replace(control, latent=replace(control.latent, values=control.latent.values[chosen]))
    return replace(made, free=made.free[chosen]) if isinstance(made, Kept) and len(made.free) > 1 else made


def ordered_size(generator: Generator, controls: Sequence[Control], width: int, height: int) -> tuple[int, int]:
    """Width and height in pixels: what was ordered, else of the first picture that leads, else 0.

    Raises:
        Failure: they differ from those of the picture.
    """
    cells = size_in_cells(controls)
    if cells is None:
        return width, height
    cell = generator.multiple // generator.model.config["patch"]
    wide, high = cells[1] * cell, cells[0] * cell
    if width not in (0, wide) or height not in (0, high):
        message = f"width, height: must be {wide} × {high} as the picture that leads, got {width} × {height}"
        raise Failure(message, "Set both to 0.")
    return wide, high


def hints_of(controls: Sequence[Control], model: Any, height: int, width: int) -> Hints | None:
    """The hints of a model that was trained with them; None where there are none, or it was not."""
    if not (controls and model.config.hints):
        return None
    found: dict[str, Tensor] = {}
    for control in controls:
        if isinstance(control, Kept):
            known = 1 - control.free
            found["known"] = torch.cat([control.latent.values[:1] * known[:1], known[:1]], 1)
        elif isinstance(control, Drawn):
            found["lines"] = _ink(control, model.config.cell * height, model.config.cell * width)
        elif isinstance(control, Placed) and control.named:
            found["regions"] = _regions(control, height, width)
    return Hints(**found)


def _ink(drawn: Drawn, height: int, width: int) -> Tensor:
    """Lines as a hand would draw them at the size of the picture, and where something was drawn: (1, 2, height, width)."""
    found = F.adaptive_max_pool2d(drawn.lines.pixels[:1], (height, width))[0, 0] > 0.4
    ink = torch.from_numpy(thinned(found.numpy())).float()
    return torch.stack([ink, torch.ones_like(ink)])[None] * drawn.strength


def _regions(placed: Placed, height: int, width: int) -> Tensor:
    """(1, text width + 2, height, width); the nearest are told apart where there are many."""
    said = [(words.sequence * words.mask[..., None]).sum(1) / words.mask.sum(1, keepdim=True).clamp(min=1) for words in placed.named]
    boxes = torch.tensor([[region.box for region in placed.layout.regions]])
    return painted_regions(
        torch.stack(said[-DEPTHS:], 1), torch.ones(1, len(said[-DEPTHS:]), dtype=torch.bool), boxes[:, -DEPTHS:], height, width
    )


def led(
    controls: Sequence[Control],
    denoise_of: Callable[[Prompt], Denoise],
    positive: Prompt,
    border: Callable[[int, int], Tensor],
    model: Any,
    cells: tuple[int, int],
) -> Denoise:
    """What a solver walks: words first, then regions, then what is kept.

    Args:
        controls: in any order.
        denoise_of: the guided prediction of a prompt.
        positive: the prompt of all.
        border: noise (batch, channels, height, width) of any size.
        model: a flow transformer.
        cells: height and width of the picture in latent cells.
    """
    denoise, side = denoise_of(positive), model.config.latent_side
    for control in controls:
        if isinstance(control, Placed) and not model.config.hints:
            windows = windows_of(control, denoise_of, *cells, side)
            noise = border(cells[0] + side // 2 * 2, cells[1] + side // 2 * 2)
            denoise = in_windows(denoise, denoise_of(control.around), windows, noise, (control.start, control.end))
    for control in controls:
        if isinstance(control, Kept):
            denoise = keeping(denoise, control)
    return denoise


def begin(controls: Sequence[Control], noise: Tensor) -> tuple[Tensor, float]:
    """What the solver starts from, and its noise level."""
    for control in controls:
        if isinstance(control, Begun):
            return torch.lerp(control.latent.values.to(noise).expand_as(noise), noise, control.level), control.level
    return noise, 1.0
