"""ARPG: random order by two halves: one reads what is known, the other asks for any places at once.

Li et al. 2025, "Autoregressive image generation with randomized parallel decoding". Keys as published.

Vocabulary of V codes: 0 … V − 1 tokens, V the query, V + 1 + c class c, then no class, then one unused row. The first half is causal over
[class, tokens in order] and gives one key and value a position, which every layer of the second half looks at; a query is turned by the
rotary position of the place it asks for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.blocks import KeyValueCache, RmsNorm, causal_mask, grid_rotation, rotated_pairs
from nodes.models.llamagen_gpt import FeedForward
from nodes.models.shapes import Shapes, count, has


@dataclass(frozen=True)
class ArpgConfig:
    """Sizes; ``depth`` counts the layers of each half."""

    width: int = 1024
    depth: int = 12
    heads: int = 16
    hidden: int = 2816
    codebook: int = 16384
    classes: int = 1000
    length: int = 256

    @property
    def side(self) -> int:
        return round(self.length**0.5)

    @classmethod
    def of(cls, shapes: Shapes) -> ArpgConfig | None:
        if not has(shapes, "layers.self_dec.", "layers.cross_dec.", "layers.to_k.weight", "embeddings.weight"):
            return None
        rows, width = shapes["embeddings.weight"]
        codebook, hidden = shapes["head.weight"][0], shapes["layers.self_dec.0.ffn.w1.weight"][0]
        return cls(width, count(shapes, "layers.self_dec."), max(1, width // 64), hidden, codebook, rows - codebook - 3)


class _Attention(nn.Module):
    """``own``: keys and values come from the stream itself, else they are given."""

    def __init__(self, c: ArpgConfig, own: bool) -> None:
        super().__init__()
        self.heads = c.heads
        for name in ("to_q", *(("to_k", "to_v") if own else ()), "proj"):
            self.add_module(name, nn.Linear(c.width, c.width, bias=False))

    def split(self, x: Tensor) -> Tensor:
        """(batch, length, width) to (batch, heads, length, head width)."""
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def forward(self, x: Tensor, k: Tensor, v: Tensor, rotation: Tensor, mask: Tensor | None) -> Tensor:
        q = rotated_pairs(self.split(self.to_q(x)), rotation)
        return self.proj(F.scaled_dot_product_attention(q, k, v, attn_mask=mask).transpose(1, 2).flatten(2))


class _Layer(nn.Module):
    def __init__(self, c: ArpgConfig, own: bool) -> None:
        super().__init__()
        self.attn, self.ffn = _Attention(c, own), FeedForward(c.width, c.hidden)
        self.attn_norm, self.ffn_norm = RmsNorm(c.width), RmsNorm(c.width)

    def own(self, x: Tensor, rotation: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values of the stream itself, each (batch, heads, length, head width)."""
        x = self.attn_norm(x)
        return rotated_pairs(self.attn.split(self.attn.to_k(x)), rotation), self.attn.split(self.attn.to_v(x))

    def forward(self, x: Tensor, k: Tensor, v: Tensor, rotation: Tensor, mask: Tensor | None) -> Tensor:
        x = x + self.attn(self.attn_norm(x), k, v, rotation, mask)
        return x + self.ffn(self.ffn_norm(x))


class _TwoHalves(nn.Module):
    def __init__(self, c: ArpgConfig) -> None:
        super().__init__()
        self.heads = c.heads
        self.self_dec, self.cross_dec = (nn.ModuleList(_Layer(c, own) for _ in range(c.depth)) for own in (True, False))
        self.norm = RmsNorm(c.width)
        self.to_k, self.to_v = nn.Linear(c.width, c.width, bias=False), nn.Linear(c.width, c.width, bias=False)

    def read(self, x: Tensor, rotation: Tensor, mask: Tensor | None, cache: KeyValueCache | None, start: int) -> tuple[Tensor, Tensor]:
        """The keys and values that queries look at, of all that was read."""
        for i, layer in enumerate(self.self_dec):
            k, v = layer.own(x, rotation)
            if cache is not None:
                k, v = cache.extended(i, start, k, v)
            x = layer(x, k, v, rotation, mask)
        x = self.norm(x)
        k, v = (part(x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in (self.to_k, self.to_v))
        k = rotated_pairs(k, rotation)
        return (k, v) if cache is None else cache.extended(len(self.self_dec), start, k, v)

    def ask(self, queries: Tensor, k: Tensor, v: Tensor, rotation: Tensor, mask: Tensor | None) -> Tensor:
        for layer in self.cross_dec:
            queries = layer(queries, k, v, rotation, mask)
        return queries


class Arpg(nn.Module):
    def __init__(self, config: ArpgConfig | None = None) -> None:
        super().__init__()
        self.config = c = config or ArpgConfig()
        self.embeddings = nn.Embedding(c.codebook + c.classes + 3, c.width)
        self.layers = _TwoHalves(c)
        self.norm = RmsNorm(c.width)
        self.head = nn.Linear(c.width, c.codebook, bias=False)

    def turned(self, places: Tensor) -> Tensor:
        """Rotations (batch, 1, length, head width/2, 2) of places (batch, length); −1 is the class, which vanishes."""
        c = self.config
        grid = grid_rotation(c.side, c.side, c.width // c.heads, device=self.head.weight.device)
        return F.pad(grid, (0, 0, 0, 0, 1, 0))[places + 1][:, None]

    def queries(self, batch: int, length: int) -> Tensor:
        return self.embeddings.weight[self.config.codebook].expand(batch, length, -1)

    def class_rows(self, labels: Tensor) -> Tensor:
        return self.embeddings(labels + self.config.codebook + 1)[:, None]

    def logits(self, x: Tensor) -> Tensor:
        return self.head(self.norm(x)).float()

    def forward(self, labels: Tensor, ids: Tensor, order: Tensor) -> Tensor:
        """Logits of all tokens in the order of reading.

        Args:
            labels: class numbers (batch,); ``classes`` stands for none.
            ids: (batch, length) in raster order.
            order: (batch, length) raster positions in the order of reading.

        Returns:
            (batch, length, codebook) float32.
        """
        x = torch.cat([self.class_rows(labels), self.embeddings(ids.gather(1, order[:, :-1]))], 1)
        mask = causal_mask(x.shape[1], x.shape[1], x.device)
        k, v = self.layers.read(x, self.turned(F.pad(order[:, :-1], (1, 0), value=-1)), mask, None, 0)
        return self.logits(self.layers.ask(self.queries(*ids.shape), k, v, self.turned(order), mask))


class ArpgReader:
    """Predicts any places next, several at once; tokens that became known together see one another.

    ``labels`` are one tensor of class numbers (batch,) a prompt, the positive one first; all prompts go through the model together.
    """

    def __init__(self, model: Arpg, labels: Sequence[Tensor]) -> None:
        c = model.config
        self.model, self.read = model, 0
        self.start = model.class_rows(torch.cat(list(labels)))
        # The last layer of the memory is what queries look at.
        self.cache = KeyValueCache(c.depth + 1, len(self.start), c.heads, 1 + c.length, c.width // c.heads, self.start)
        self.before: Tensor | None = None

    def __call__(self, ids: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
        """Logits (prompts, batch, asked, codebook) of places ``asked`` (batch or 1, some).

        ``ids`` (batch, length): what was asked for before is known. Prompts left out once are gone.
        """
        model, many, asked = self.model, prompts * len(ids), asked.expand(len(ids), -1)
        if many < len(self.start):
            self.start = self.start[:many]
            self.cache.narrowed(many)
        places = asked.new_full((len(ids), 1), -1) if self.before is None else self.before
        x = self.start if self.before is None else model.embeddings(ids.gather(1, places)).repeat(prompts, 1, 1)
        k, v = model.layers.read(x, model.turned(places).repeat(prompts, 1, 1, 1, 1), None, self.cache, self.read)
        self.read, self.before = self.read + x.shape[1], asked
        turned = model.turned(asked).repeat(prompts, 1, 1, 1, 1)
        found = model.layers.ask(model.queries(many, asked.shape[1]), k, v, turned, None)
        return model.logits(found).unflatten(0, (prompts, -1))
