"""What the scripts of the tokenizers share: codes that stay in use, the losses, the figures.

Pixels are premultiplied RGBA in 0 to 1. What becomes codes must name what it shows, as in `nodes.training.autoencoder`, which makes the
tokens easier to predict.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from nodes.training import world
from nodes.training.alignment import class_map, weights_of
from nodes.training.autoencoder import alpha_iou, crops, held_out, premultiplied, psnr, reconstruction_loss
from nodes.training.loop import Trainer, sheet

IDLE = 100
"""Steps after which a code that was never the nearest is set anew."""
FREE = 0.08
"""Share of the training in which vectors are not replaced by codes: an encoder that has nothing to say yet would settle on few of them."""
WHOLE = 0.6
"""Share of the training after which windows of 64 pixels give way to whole scenes, whose statistics the norms and attention must see."""


class Coded(NamedTuple):
    """One pass through a tokenizer: pixels (batch, 4, height, width), class logits (batch, classes, cells, cells), what pulls codes and
    vectors together; where codes are learned, the ids, and the vectors (…, width) that were quantized."""

    made: Tensor
    names: Tensor
    commitment: Tensor
    ids: Tensor | None = None
    vectors: Tensor | None = None


class Usage:
    """How long each code has not been used."""

    def __init__(self, codebook: Tensor, seed: int) -> None:
        self.codebook = codebook  # (codes, width), written in place
        self.idle = torch.full((len(codebook),), IDLE, device=codebook.device)  # the first batch sets what it does not use
        self.generator = torch.Generator().manual_seed(seed)

    @torch.no_grad()
    def saw(self, ids: Tensor, vectors: Tensor) -> int:
        """Put codes that lie idle on random vectors (…, width) of this batch; how many there were."""
        self.idle += 1
        self.idle[ids.flatten()] = 0
        dead = (self.idle > IDLE).nonzero()[:, 0]
        pool = vectors.reshape(-1, vectors.shape[-1])
        chosen = torch.randint(len(pool), (len(dead),), generator=self.generator)
        self.codebook[dead] = pool[chosen.to(pool.device)].to(self.codebook)
        self.idle[dead] = 0
        return len(dead)


def towards(vectors: Tensor, codes: Tensor, free: bool) -> tuple[Tensor, Tensor]:
    """Codes with the gradient of the vectors, and the loss of both towards each other (van den Oord et al. 2017, "VQ-VAE", equation 3).

    Free vectors go on as they are, and the codes follow them alone.
    """
    following = F.mse_loss(codes, vectors.detach())
    if free:
        return vectors, following
    return vectors + (codes - vectors).detach(), following + 0.25 * F.mse_loss(vectors, codes.detach())


def train(
    trainer: Trainer,
    through: Callable[[Tensor, int, bool], Coded],
    rebuilt: Callable[[Tensor], tuple[Tensor, Tensor]],
    usage: Usage | None = None,
    windows: bool = False,
    free: float = FREE,
    lengths: Sequence[int] = (),
) -> dict[str, float]:
    """The whole training of a tokenizer; its figures.

    Args:
        trainer: holds the networks.
        through: ``through(pixels, kept, free)``: pixels through the tokenizer, of whose tokens the first ``kept`` are shown, 0 = all;
            ``free`` as of `towards`.
        rebuilt: pixels through the tokens and back, and the ids.
        usage: of its codebook; None where codes never change.
        windows: whether it can be trained on windows of a scene at first.
        free: share of the training in which vectors are not replaced by codes.
        lengths: where tokens are cut in half of the steps, once they are codes.
    """

    def losses(pixels: Tensor, names: Tensor, kept: int, freely: bool) -> tuple[Any, ...]:
        with trainer.precision():
            coded = through(pixels, kept, freely)
        made, semantic = coded.made.float(), F.cross_entropy(coded.names.float(), names)
        weights = F.interpolate(weights_of(names)[:, None], pixels.shape[-2:])
        loss = reconstruction_loss(made, pixels, weights / weights.mean()) + coded.commitment + 0.01 * semantic
        return loss, made, coded.commitment, semantic, coded.ids, coded.vectors

    step_losses = torch.compile(losses) if trainer.options.compile else losses
    for step in trainer.steps():
        pixels, names = examples(trainer, step, windows and trainer.progress() < WHOLE)
        freely = trainer.progress() < free
        kept = 0 if freely else _kept(trainer, step, lengths)
        loss, made, commitment, semantic, ids, vectors = step_losses(pixels, names, kept, freely)
        trainer.descend(loss)
        revived = usage.saw(ids, vectors.detach()) if usage else 0
        if step % 50 == 0:
            trainer.log(loss=loss, psnr=psnr(made.detach(), pixels), commitment=commitment, semantic=semantic, revived=revived)
        if step % 500 == 499:
            trainer.with_average(lambda: look(trainer, rebuilt))
    figures = trainer.with_average(lambda: measured(trainer, rebuilt, len(usage.codebook) if usage else 0))
    trainer.with_average(lambda: look(trainer, rebuilt))
    trainer.log(**figures)
    return figures


def examples(trainer: Trainer, step: int, windows: bool) -> tuple[Tensor, Tensor]:
    """Pixels and class maps on cells of 8 pixels; a third as many whole scenes as windows."""
    seeds = trainer.seeds(step)
    batch = world.scenes(seeds if windows else seeds[: max(1, len(seeds) // 3)])
    drawn = world.draw(batch)
    rgba, owner = crops(batch, drawn) if windows else (drawn.rgba, drawn.owner)
    pixels = premultiplied(rgba).contiguous(memory_format=torch.channels_last)
    return pixels, class_map(batch, owner, pixels.shape[-1] // 8)


def _kept(trainer: Trainer, step: int, lengths: Sequence[int]) -> int:
    rng = random.Random(trainer.options.seed * 7919 + step)
    return rng.choice(lengths) if lengths and rng.random() < 0.5 else 0


def straight(pixels: Tensor) -> Tensor:
    """Premultiplied to straight RGBA."""
    return torch.cat([pixels[:, :3] / pixels[:, 3:].clamp(min=1e-3), pixels[:, 3:]], 1).clamp(0, 1)


def look(trainer: Trainer, rebuilt: Callable[[Tensor], tuple[Tensor, Tensor]]) -> None:
    true = held_out(12, trainer.device).rgba
    sheet(torch.cat([true, straight(rebuilt(premultiplied(true))[0])]), 12, trainer.folder / "sheet.png")


def measured(trainer: Trainer, rebuilt: Callable[[Tensor], tuple[Tensor, Tensor]], learned: int) -> dict[str, float]:
    """Reconstruction of 256 held-out scenes, and the share of the ``learned`` codes that they use."""
    true = premultiplied(held_out(256, trainer.device).rgba)
    made, ids = (torch.cat(parts) for parts in zip(*(rebuilt(part) for part in true.split(32)), strict=True))
    figures = {"psnr": float(psnr(made, true)), "alpha_iou": alpha_iou(made[:, 3], true[:, 3])}
    return {**figures, "codes_used": len(ids.unique()) / learned} if learned else figures
