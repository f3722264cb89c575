"""What the scripts of the token generators share: the loop over a pool, the sheets, the figures, the export.

A stream at half depth must tell what stands in each cell and which part of it: this binds words to places early, and parts to wholes.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from nodes.training import world
from nodes.training.alignment import PARTS
from nodes.training.captions import captions
from nodes.training.companions import Companions
from nodes.training.flow import SHEET_PROMPTS
from nodes.training.judge import fitting_recognizer, prompt_accuracy
from nodes.training.loop import HELD_OUT, Trainer, sheet
from nodes.training.pictures import starter
from nodes.training.pool import CELLS, TokenPool
from nodes.training.token_pictures import Made, of_prompts

WINDOW, OFF = 8, 2
"""Cells of a window along either side, and how far from its middle a cell of a thing may lie."""
WHOLE = 0.7
"""Share of the training after which windows are shown no more: whole pictures are what a generator will meet."""

NEAR = 0.02
"""How near codes count as much as the right one, of the median square of how far codes are apart."""


@dataclass(frozen=True)
class Batch:
    """Tokens of pictures, and what of them is shown: all cells, or those of a window.

    Ids (batch, length) of whole pictures; caption features (batch, words, width) with zeros at padding, and their mask; of the cells that
    are shown (batch, cells): their places in the raster, their classes and parts; uniform numbers (batch, length + 1) for whatever a loss
    must draw.
    """

    ids: Tensor
    features: Tensor
    mask: Tensor
    cells: Tensor
    names: Tensor
    parts: Tensor
    uniform: Tensor

    def shown(self) -> Tensor:
        """Ids of the cells that are shown (batch, cells), where a picture has one token a cell."""
        return self.ids.gather(1, self.cells)


Losses = Callable[[Batch], tuple[Tensor, Tensor]]
"""``losses(batch)``: of the tokens, of the alignment."""


def generator_arguments(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--pool", type=int, default=131_072, help="scenes drawn and encoded ahead")
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--depth", type=int, default=8)
    parser.add_argument("--warm", action="store_true", help="begin with the weights that ship, of the same sizes")
    return parser


def begun(model: nn.Module, name: str, options: argparse.Namespace) -> str:
    """Give a generator the weights that ship, if they are asked for; what its card says it is made by."""
    if not options.warm:
        return name
    model.load_state_dict(starter(name, "generator").state_dict())
    return f"{name} --warm"


def grown(trainer: Trainer) -> float:
    """How far a generator is, for what gets harder: one that begins with the weights that ship has met the easy part."""
    return 1.0 if trainer.options.warm else trainer.progress()


def spread_codes(codebook: Tensor, width: int) -> Tensor:
    """(codes, width): rows as near to each other as the codes are, for embeddings and heads to begin with. Then what is learned of a token
    holds for those that look like it, long before each of a thousand was seen often enough."""
    codes = (codebook - codebook.mean(0)).cpu()  # where models are made
    axes = torch.linalg.qr(torch.randn(width, codes.shape[1])).Q
    return codes / codes.std() @ axes.T / width**0.5


def near_codes(codebook: Tensor, near: float = NEAR) -> Tensor:
    """(codes, codes): each code as a distribution over those that lie near it, which a picture hardly tells from it."""
    apart = torch.cdist(codebook, codebook).square()
    return (-apart / (near * apart.median())).softmax(1)


def waves(places: Tensor, width: int) -> Tensor:
    """(…, width): sines and cosines of places (…, 2) in cells, for positions that are learned to begin with (Vaswani et al. 2017,
    "Attention is all you need", section 3.5, along both axes). Then a linear map leads from each place to the one beside it."""
    frequencies = math.pi * (2 * CELLS) ** -torch.linspace(0, 1, width // 4)
    angles = (places[..., None] * frequencies).flatten(-2)
    return torch.cat([angles.sin(), angles.cos()], -1)


def window(batch: Batch, generator: torch.Generator) -> Batch:
    """The same pictures, with a square around one of their things as what is shown, where two fifths of the cells are of things."""
    things = (batch.parts < PARTS**2).float().cpu()
    middle = torch.multinomial(things + 1e-6, 1, generator=generator)
    off = torch.randint(-OFF, OFF + 1, (len(things), 2), generator=generator)
    corner = torch.cat([middle // CELLS, middle % CELLS], 1) - WINDOW // 2 + off
    rows, columns = (corner.clamp(0, CELLS - WINDOW)[:, :, None] + torch.arange(WINDOW)).unbind(1)
    cells = (rows[:, :, None] * CELLS + columns[:, None]).flatten(1).to(batch.ids.device)
    return replace(batch, **{name: getattr(batch, name).gather(1, cells) for name in ("cells", "names", "parts")})


def train(trainer: Trainer, found: Companions, pool: TokenPool, losses: Losses, made: Made) -> dict[str, float]:
    """The whole training of a generator; its figures. At first two steps of three show windows, of three times as many pictures."""
    recognizer = fitting_recognizer()
    generator = torch.Generator().manual_seed(trainer.options.seed * 7919 + trainer.step)
    step_losses = torch.compile(losses, dynamic=False) if trainer.options.compile else losses
    for step in trainer.steps():
        near = step % 3 > 0 and trainer.progress() < WHOLE
        drawn = pool.draw(trainer.options.batch * (3 if near else 1), grown(trainer), generator)
        features, mask = found.features(drawn.words)
        uniform = torch.rand(len(drawn.ids), drawn.ids.shape[1] + 1, generator=generator).to(trainer.device)
        names, parts = drawn.names.flatten(1), drawn.parts.flatten(1)
        cells = torch.arange(CELLS**2, device=trainer.device).expand_as(names)
        batch = Batch(drawn.ids, features, mask, cells, names, parts, uniform)
        with trainer.precision():
            tokens, alignment = step_losses(window(batch, generator) if near else batch)
        trainer.descend(tokens + alignment)
        if step % 50 == 0:
            trainer.log(tokens=tokens, alignment=alignment)
        if step % 1000 == 999:
            trainer.with_average(lambda: _look(trainer, found, made))
    trainer.with_average(lambda: _look(trainer, found, made))

    def pictures_of(prompts: list[str]) -> Tensor:
        return of_prompts(found.encoder, prompts, made)

    figures = {"accuracy": trainer.with_average(lambda: prompt_accuracy(recognizer, pictures_of, trainer.options.judged))}
    trainer.log(**figures)
    return figures


def _look(trainer: Trainer, found: Companions, made: Made) -> None:
    prompts = [*SHEET_PROMPTS, *(text for text, _ in captions(world.scenes(torch.arange(HELD_OUT, HELD_OUT + 12))))]
    sheet(of_prompts(found.encoder, prompts, made), 6, trainer.folder / f"sheet_{trainer.step:06d}.png")
