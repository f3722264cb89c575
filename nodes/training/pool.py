"""Scenes as tokens with their words, drawn and encoded once into files, so that many epochs and several generators share the work.

Every second file of the pool holds single stickers for the most part: they come first in a training.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from nodes.models.text_encoder import TextEncoder, padded, tokenize, word_tokenizer
from nodes.training import world
from nodes.training.alignment import class_map, part_map
from nodes.training.captions import UNPLACED, all_words, captions

PART = 1024
"""Scenes of a file."""
VARIANTS = 2
"""Captions of a scene."""
CELLS = 16
MIXTURES = ((0.80, 0.18, 0.01, 0.01), (0.38, 0.36, 0.15, 0.11))
"""Shares of scenes with one to four things: of even files, of odd files."""

Tokens = Callable[[Tensor], Tensor]
"""``tokens(rgba)``: straight pictures (batch, 4, side, side) to ids (batch, length)."""


@dataclass(frozen=True)
class Examples:
    """Ids (batch, length), word ids (batch, words) with 0 as padding and one caption in ten empty, maps of classes and parts
    (batch, CELLS, CELLS)."""

    ids: Tensor
    words: Tensor
    names: Tensor
    parts: Tensor


class TokenPool:
    def __init__(self, folder: Path, tokens: Tokens, encoder: TextEncoder, device: torch.device, seed: int = 0) -> None:
        lacking = [word for word in all_words() if word not in encoder.config.vocabulary]
        if lacking:
            message = f"text encoder: must know every word of the world, lacks {len(lacking)} such as {lacking[0]!r}; train flow first"
            raise ValueError(message)
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.tokens, self.device, self.seed = folder, tokens, device, seed
        self.vocabulary, self.length = tuple(encoder.config.vocabulary), encoder.config.max_words
        self._tokenizer = word_tokenizer(self.vocabulary)
        self.files: list[tuple[Tensor, ...]] = []

    def grow(self, count: int, minutes: float) -> None:
        """Hold ``count`` scenes, or as many as can be drawn in the minutes; at least two files."""
        until = time.monotonic() + minutes * 60
        while len(self.files) < 2 or (len(self.files) * PART < count and time.monotonic() < until):
            number = len(self.files)
            path = self.folder / f"{self.seed}_{number:04d}.pt"
            if not path.exists():
                torch.save(self._drawn(number), path.with_suffix(".part"))
                path.with_suffix(".part").replace(path)
            self.files.append(tuple(column.to(self.device) for column in torch.load(path, weights_only=True)))
        print(f"pool: {len(self.files) * PART} scenes", flush=True)

    @torch.no_grad()
    def _drawn(self, number: int) -> tuple[Tensor, ...]:
        first = self.seed * (1 << 32) + number * PART
        rows: list[tuple[Tensor, ...]] = []
        for seeds in torch.arange(first, first + PART, device=self.device).split(64):
            batch = world.scenes(seeds, MIXTURES[number % 2])
            drawn = world.draw(batch)
            names, parts = (found(batch, drawn.owner, CELLS).to(torch.uint8).cpu() for found in (class_map, part_map))
            rows.append((self.tokens(drawn.rgba).short().cpu(), self._words(batch), names, parts))
        return tuple(torch.cat(column) for column in zip(*rows, strict=True))

    def _words(self, batch: world.Scenes) -> Tensor:
        """(batch, VARIANTS, words) int16."""
        variants = []
        for variant in range(VARIANTS):
            said = [tokenize(text, self.vocabulary, self.length, self._tokenizer).ids for text, _ in captions(batch, variant, UNPLACED)]
            variants.append(padded(said, self.length)[0].short())
        return torch.stack(variants, 1)

    def draw(self, count: int, progress: float, generator: torch.Generator) -> Examples:
        """A random batch; from four fifths single stickers at first to three tenths from a third of the training on."""
        share = 0.8 - 0.5 * min(1.0, progress * 3)
        kind = (torch.rand(count, generator=generator) >= share).long()
        part = torch.randint(len(self.files) // 2, (count,), generator=generator) * 2 + kind
        row = torch.randint(PART, (count,), generator=generator)
        variant = torch.randint(VARIANTS, (count,), generator=generator)
        said = torch.rand(count, generator=generator) >= 0.1
        where = (part * PART + row).to(self.device)
        ids, words, names, parts = self._columns()
        kept = words[where, variant.to(self.device)].long() * said.to(self.device)[:, None]
        return Examples(ids[where].long(), kept, names[where].long(), parts[where].long())

    def _columns(self) -> tuple[Tensor, ...]:
        if len(self.files) > 1 and not hasattr(self, "_whole"):
            even = self.files[: len(self.files) // 2 * 2]
            self._whole = tuple(torch.cat(column) for column in zip(*even, strict=True))
        return self._whole
