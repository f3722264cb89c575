"""Train the recognizer on the world's own pictures, never on generated ones: ``python -m nodes.training.recognizer --minutes 20 --export``.

Pictures are blurred and made noisy at random, so that small defects of a generator do not blind the judge.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from nodes.models.recognizer import Recognizer, RecognizerConfig
from nodes.training import world
from nodes.training.export import Export, export
from nodes.training.loop import HELD_OUT, Trainer, arguments
from nodes.training.vocabulary import COLOR_NAMES, PLACES, THINGS

CELLS = 16


def heat_target(batch: world.Scenes) -> Tensor:
    """(batch, things, CELLS, CELLS): a bump of one at each thing's center, falling off over about a cell."""
    cells = (torch.arange(CELLS, device=batch.seed.device) + 0.5) / CELLS
    target = torch.zeros(len(batch), len(THINGS), CELLS, CELLS, device=batch.seed.device)
    for slot in range(world.SLOTS):
        rows = (batch.thing[:, slot] >= 0).nonzero()[:, 0]
        center = batch.center[rows, slot].clamp(0.001, 0.999)
        nearest = ((center * CELLS).long() + 0.5) / CELLS
        far = (cells[None, None, :] - nearest[:, 0, None, None]) ** 2 + (cells[None, :, None] - nearest[:, 1, None, None]) ** 2
        bump = torch.exp(-far * CELLS**2 / (2 * 0.7**2))
        index = (rows, batch.thing[rows, slot])
        target[index] = torch.maximum(target[index], bump)
    return target


def focal(logits: Tensor, target: Tensor) -> Tensor:
    """The penalty-reduced focal loss of "Objects as points", equation 1 (α = 2, β = 4), per thing."""
    positive = target > 0.999
    p = torch.sigmoid(logits)
    hit = F.logsigmoid(logits) * (1 - p).square() * positive
    miss = F.logsigmoid(-logits) * p.square() * (1 - target).pow(4) * ~positive
    return -(hit + miss).sum() / positive.sum().clamp(min=1)


def worn(rgba: Tensor, generator: torch.Generator) -> Tensor:
    """Half of the pictures lose detail (down and up again), all get a little noise."""
    low = F.interpolate(F.interpolate(rgba, scale_factor=0.5, mode="area"), size=rgba.shape[-2:], mode="bilinear")
    mix = torch.rand(len(rgba), 1, 1, 1, generator=generator) * (torch.rand(len(rgba), 1, 1, 1, generator=generator) < 0.5)
    strength = 0.04 * torch.rand(len(rgba), 1, 1, 1, generator=generator)
    return (rgba + (low - rgba) * mix.to(rgba) + torch.randn_like(rgba) * strength.to(rgba)).clamp(0, 1)


def color_loss(logits: Tensor, batch: world.Scenes) -> Tensor:
    """Cross-entropy of the color at each thing's center cell."""
    used = batch.thing >= 0
    cell = (batch.center.clamp(0, 0.999) * CELLS).long()
    picture = torch.arange(len(batch), device=used.device)[:, None].expand_as(used)
    at = logits[picture[used], :, cell[..., 1][used], cell[..., 0][used]]
    return F.cross_entropy(at, torch.where(batch.color < 0, len(COLOR_NAMES), batch.color)[used])


def main() -> None:
    options = arguments(__doc__ or "", minutes=20, batch=32, steps=1_000_000).parse_args()
    torch.manual_seed(options.seed)
    config = RecognizerConfig(tuple(t.name for t in THINGS), tuple(p.name for p in PLACES), COLOR_NAMES)
    model = Recognizer(config).to(memory_format=torch.channels_last)
    trainer = Trainer("recognizer", options, {"recognizer": model}, rate=2e-3, average=0.998)
    forward = torch.compile(model) if options.compile else model
    generator = torch.Generator().manual_seed(options.seed)
    for step in trainer.steps():
        batch = world.scenes(trainer.seeds(step))
        rgba = worn(world.draw(batch).rgba, generator).contiguous(memory_format=torch.channels_last)
        with trainer.precision():
            heat, color, place = (part.float() for part in forward(rgba))
        things = focal(heat, heat_target(batch))
        places = F.cross_entropy(place, batch.place)
        colors = color_loss(color, batch)
        trainer.descend(things + places + 0.3 * colors)
        if step % 50 == 0:
            trainer.log(things=things, place=places, color=colors)
    figures = trainer.with_average(lambda: _measured(trainer, model))
    trainer.log(**figures)
    if options.export:
        export(trainer, "recognizer", Export("recognizer", "tessera-recognizer", config, "recall"), "recognizer", figures)


def _measured(trainer: Trainer, model: Recognizer) -> dict[str, float]:
    """Recall of things and accuracy of places on 512 held-out scenes."""
    things = hits = places = 0
    for part in torch.arange(HELD_OUT, HELD_OUT + 512, device=trainer.device).split(64):
        batch = world.scenes(part)
        rgba = world.draw(batch).rgba
        found = model.things_in(rgba)
        places += int((model.place_of(rgba) == batch.place).sum())
        for row, seen in zip(batch.thing.tolist(), found, strict=True):
            left = [one.thing for one in seen]
            for thing in row:
                if thing >= 0:
                    things += 1
                    if thing in left:
                        left.remove(thing)
                        hits += 1
    return {"recall": hits / things, "place_accuracy": places / 512}


if __name__ == "__main__":
    main()
