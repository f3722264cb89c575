"""The student of LlamaGen by distilled decoding: noise in every place becomes all tokens in one pass.

Liu et al. 2024, "Distilled Decoding 1: one-step sampling of image auto-regressive models with flow matching". Keys as published.

The transformer is LlamaGen's, but what it reads are the values of tokens, not their numbers: of those that are known, and noise for the
others; an embedding tells which is which. Token i is said where it stands, not one place before. Two heads say what it is: a code, by
logits, and a vector.

Letters: L tokens, D values of a token.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from nodes.models.distilled_var import VectorHead
from nodes.models.llamagen_gpt import LlamaGenGpt, LlamaGenGptConfig, llama_sizes, sight
from nodes.models.shapes import Shapes, has

SPLITS = {768: 80, 1024: 130}
"""Tokens that the published students were trained to say as codes, by width."""


@dataclass(frozen=True)
class DistilledLlamaGenConfig(LlamaGenGptConfig):
    """Sizes of LlamaGen led by classes.

    Attributes:
        code_width: values of a token.
        split: how many tokens are said as codes, the others as vectors.
        kept: how many tokens of a first pass a second one keeps.
    """

    code_width: int = 8
    split: int = 80
    kept: int = 80

    @classmethod
    def of(cls, shapes: Shapes) -> DistilledLlamaGenConfig | None:
        needed = ("n_d_embed.weight", "final_layer_conti.linear.weight", "cls_embedding.embedding_table.weight", "layers.")
        if not has(shapes, *needed):
            return None
        width, code_width = shapes["tok_embeddings.weight"]
        sizes = llama_sizes({**shapes, "tok_embeddings.weight": shapes["output.weight"]})
        return cls(**sizes, code_width=code_width, split=SPLITS.get(width, 80))

    @property
    def parts(self) -> tuple[int, ...]:
        """Tokens of each part that ``split`` and ``kept`` count: one."""
        return (1,) * self.length


class DistilledLlamaGen(LlamaGenGpt):
    config: DistilledLlamaGenConfig

    def __init__(self, config: DistilledLlamaGenConfig | None = None) -> None:
        super().__init__(config or DistilledLlamaGenConfig())
        c = self.config
        self.tok_embeddings = nn.Linear(c.code_width, c.width)
        self.n_d_embed = nn.Embedding(2, c.width)  # noise, data
        self.final_layer_conti = VectorHead(c.width, c.code_width)

    def stream(self, labels: Tensor, values: Tensor, known: int) -> Tensor:
        """What the heads read of each token, (batch, L, width); arguments as of `forward`."""
        x = torch.cat([self.cls_embedding(labels), self.tok_embeddings(values)], 1)
        x = x + self.n_d_embed((torch.arange(x.shape[1], device=x.device) <= known).long())  # the class is known too
        return self.hidden(x, self.rotation(), sight(0, x.shape[1], None, x.device))[:, 1:]

    def code_logits(self, x: Tensor, labels: Tensor) -> Tensor:
        """(batch, length, codebook) float32 of a part of the stream; the class plays no part."""
        return self.logits(x)

    def vectors(self, x: Tensor, labels: Tensor) -> Tensor:
        """(batch, length, D) float32 of a part of the stream."""
        return self.final_layer_conti(x, self.cls_embedding(labels)[:, 0]).float()

    def forward(self, labels: Tensor, values: Tensor, known: int) -> tuple[Tensor, Tensor]:
        """What each token is, as code and as vector.

        Args:
            labels: class numbers (batch,).
            values: (batch, L, D) in raster order, normal numbers where nothing is known.
            known: how many tokens, from the first one on.

        Returns:
            Logits (batch, L, codebook) and vectors (batch, L, D), float32.
        """
        x = self.stream(labels, values, known)
        return self.code_logits(x, labels), self.vectors(x, labels)
