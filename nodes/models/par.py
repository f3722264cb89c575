"""PAR: LlamaGen's transformer that predicts one token of every region at a time.

Wang et al. 2024, "Parallelized autoregressive visual generation". Keys as published.

The picture is cut into n equal regions; the order visits the same cell of every region, then the next cell. The first n tokens come
one by one. Then n − 1 learned tokens stand in for the group that is not there yet: [token n − 1, learned] predicts the first group,
each group the next one. Inside a group everybody sees everybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from nodes.models.llamagen_gpt import LlamaGenGpt, LlamaGenGptConfig, llama_sizes
from nodes.models.shapes import Shapes, has


@dataclass(frozen=True)
class ParConfig(LlamaGenGptConfig):
    regions: int = 4

    @classmethod
    def of(cls, shapes: Shapes) -> ParConfig | None:
        if not has(shapes, "tok_embeddings.weight", "spe_tok_embeddings.special_embeddings.weight"):
            return None
        return cls(**llama_sizes(shapes), regions=shapes["spe_tok_embeddings.special_embeddings.weight"][0] + 1)


class Par(LlamaGenGpt):
    config: ParConfig

    def __init__(self, config: ParConfig | None = None) -> None:
        super().__init__(config or ParConfig())
        self.spe_tok_embeddings = nn.ModuleDict({"special_embeddings": nn.Embedding(self.config.regions - 1, self.config.width)})

    def ordered_rotation(self, order: Tensor) -> Tensor:
        """(1 + n + (n − 1) + …, head width/2, 2) of [class, n tokens, learned tokens, all other tokens]; class and learned do not show."""
        n = self.config.regions
        table = self.rotation()
        tokens = table[self.config.caption_length + order]
        return torch.cat([table[:1], tokens[:n], torch.zeros_like(tokens[: n - 1]), tokens[n:]])


class ParReader:
    """Predicts one token of every region at a time, in an order that visits the regions in turn.

    ``labels`` are one tensor of class numbers (batch,) a prompt, the positive one first; ``order`` (length,) raster positions.
    """

    def __init__(self, model: Par, labels: Sequence[Tensor], order: Tensor) -> None:
        self.model, self.order = model, order
        self.start = model.cls_embedding(torch.cat(list(labels)))
        self.rotation = model.ordered_rotation(order)
        self.cache = model.cache(len(self.start), len(self.rotation), self.start)
        self.read = 0  # positions of the sequence with the learned tokens

    def __call__(self, ids: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
        """Logits (prompts, batch, asked, codebook).

        Args:
            ids: (batch, length), all before the asked ones in the order known.
            asked: (1, 1 or regions), the next positions of the order.
            prompts: how many of the prompts; those left out once are gone.
        """
        n, many = self.model.config.regions, prompts * len(ids)
        if many < len(self.start):
            self.start = self.start[:many]
            self.cache.narrowed(many)
        if self.read == 0:
            x = self.start
        else:
            # The class and n − 1 learned tokens are read, one token or a group of n is not yet: as many are known as are read.
            fed = self.order[self.read - (1 if self.read <= n else n) : self.read]
            x = self.model.tok_embeddings(ids[:, fed]).repeat(prompts, 1, 1)
        if self.read == n:
            x = torch.cat([x, self.model.spe_tok_embeddings["special_embeddings"].weight.expand(many, -1, -1)], 1)
        end = self.read + x.shape[1]
        out = self.model.hidden(x, self.rotation[self.read : end], None, self.cache, self.read)
        self.read = end
        return self.model.logits(out).unflatten(0, (prompts, -1))
