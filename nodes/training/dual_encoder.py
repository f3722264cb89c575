"""Train the text–image dual encoder in CLIP's layout: ``python -m nodes.training.dual_encoder --minutes 40 --export``.

Pictures and captions of a batch must find one another (Radford et al. 2021, section 2.3). Pixels are premultiplied RGBA in −1 to 1.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.clip import Clip, ClipConfig
from nodes.models.text_encoder import padded, tokenize, word_tokenizer
from nodes.training import world
from nodes.training.autoencoder import premultiplied
from nodes.training.captions import MAX_WORDS, all_words, captions
from nodes.training.export import Export, export
from nodes.training.loop import HELD_OUT, Trainer, arguments

END = "<end>"
SHARPEST = 100.0


class Pairs:
    """Pictures with two captions each; grows up to ``limit``, then the oldest give way."""

    def __init__(self, vocabulary: tuple[str, ...], limit: int, device: torch.device) -> None:
        self.vocabulary, self.limit, self.device, self.added = vocabulary, limit, device, 0
        self._tokenizer = word_tokenizer(vocabulary)
        self.pictures = torch.empty(limit, 4, 128, 128, dtype=torch.uint8, device=device)
        self.words = torch.empty(limit, 2, MAX_WORDS + 1, dtype=torch.int64, device=device)

    def add(self, seeds: Tensor) -> None:
        batch = world.scenes(seeds.to(self.device))
        where = torch.arange(self.added, self.added + len(batch), device=self.device) % self.limit
        self.pictures[where] = (premultiplied(world.draw(batch).rgba) * 255).round().byte()
        self.words[where] = torch.stack([self.said(batch, variant) for variant in range(2)], 1).to(self.device)
        self.added += len(batch)

    def said(self, batch: world.Scenes, variant: int) -> Tensor:
        """Word ids (batch, MAX_WORDS + 1) with the end behind the last word."""
        found = [tokenize(text, self.vocabulary, MAX_WORDS, self._tokenizer).ids for text, _ in captions(batch, variant)]
        return padded([(*ids, len(self.vocabulary) - 1) for ids in found], MAX_WORDS + 1)[0]

    def draw(self, count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        rows = torch.randint(min(self.added, self.limit), (count,), generator=generator).to(self.device)
        variant = torch.randint(2, (count,), generator=generator).to(self.device)
        return self.pictures[rows].float() / 127.5 - 1, self.words[rows, variant]


def main() -> None:
    parser = arguments(__doc__ or "", minutes=40, batch=128, steps=1_000_000)
    parser.add_argument("--fresh", type=int, default=32, help="new scenes a step")
    parser.add_argument("--first", type=int, default=1024, help="scenes before the first step")
    parser.add_argument("--limit", type=int, default=8192, help="scenes held")
    parser.add_argument("--width", type=int, default=128)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    vocabulary = ("<padding>", "<unknown>", *all_words(), END)
    c = ClipConfig(options.width, 4, 16, 64, options.width, 3, len(vocabulary), MAX_WORDS + 1, 128, 4, vocabulary)
    model = Clip(c)
    for embedding in (module for module in model.modules() if isinstance(module, nn.Embedding)):
        nn.init.normal_(embedding.weight, std=0.02)
    trainer = Trainer("dual_encoder", options, {"clip": model}, rate=1e-3, matrix_rate=0.01, average=0.998)
    generator = torch.Generator().manual_seed(options.seed * 7919 + trainer.step)
    pairs = Pairs(vocabulary, max(options.limit, options.first), trainer.device)
    start = trainer.step * options.fresh
    for seeds in torch.arange(start, start + options.first).split(64):
        pairs.add(seeds)

    def losses(pictures: Tensor, words: Tensor) -> tuple[Tensor, Tensor]:
        scale = model.logit_scale.exp().clamp(max=SHARPEST)
        likeness = scale * model.of_pictures(pictures).float() @ model.of_words(words).float().T
        own = torch.arange(len(pictures), device=pictures.device)
        return (F.cross_entropy(likeness, own) + F.cross_entropy(likeness.T, own)) / 2, (likeness.argmax(1) == own).float().mean()

    step_losses = torch.compile(losses) if options.compile else losses
    for step in trainer.steps():
        begin = options.first + step * options.fresh
        pairs.add(torch.arange(begin, begin + options.fresh))
        with trainer.precision():
            loss, found = step_losses(*pairs.draw(options.batch, generator))
        trainer.descend(loss)
        if step % 50 == 0:
            trainer.log(loss=loss, found=found)
    figures = trainer.with_average(lambda: _measured(model, pairs))
    trainer.log(**figures)
    if options.export:
        export(trainer, "clip", Export("dual_encoder", "clip", c, "retrieved"), "dual_encoder", figures)


def _measured(model: Clip, pairs: Pairs, count: int = 512) -> dict[str, float]:
    """Share of held-out captions whose own picture is the likest, or among the five likest, of ``count``."""
    batch = world.scenes(torch.arange(HELD_OUT, HELD_OUT + count, device=pairs.device))
    shown = premultiplied(world.draw(batch).rgba) * 2 - 1
    pictures = torch.cat([model.of_pictures(part) for part in shown.split(64)])
    likeness = model.of_words(pairs.said(batch, 0).to(pairs.device)) @ pictures.T
    rank = (likeness > likeness.diagonal()[:, None]).sum(1)
    return {"retrieved": float((rank == 0).float().mean()), "retrieved_in_5": float((rank < 5).float().mean())}


if __name__ == "__main__":
    main()
