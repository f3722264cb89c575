"""Two transformers that predict masked tokens from all others and a class: ImageBert and UViTBert of the 1d-tokenizer repository.

Chang et al. 2022, "MaskGIT: masked generative image transformer", section 3.2, on a plain BERT (Devlin et al. 2019) or a U-ViT
(Bao et al. 2023, "All are worth words") with skips from the first half of the blocks to the second. Keys as published.

Vocabulary of V codes: 0 … V − 1 tokens, V the mask, V + 1 + c class c, the last row no class. Where words are the condition, they stand in
front of the tokens in the place of the class; this is ours, the published models know classes only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.blocks import after_still, at, grid_rotation
from nodes.models.caption import caption_projection, projected
from nodes.models.shapes import Shapes, count, has
from nodes.models.vit_blocks import VitBlock

HEADS = 16
"""Of all published models."""


@dataclass(frozen=True)
class ImageBertConfig:
    width: int = 768
    depth: int = 24
    heads: int = HEADS
    hidden: int = 3072
    codebook: int = 4096
    classes: int = 1000
    length: int = 32
    kinds: int = 2

    @classmethod
    def of(cls, shapes: Shapes) -> ImageBertConfig | None:
        if not has(shapes, "model.embeddings.word_embeddings.weight", "model.encoder.layer.", "model.lm_head.weight"):
            return None
        rows, width = shapes["model.embeddings.word_embeddings.weight"]
        codebook = shapes["model.lm_head.weight"][0]
        return cls(
            width,
            count(shapes, "model.encoder.layer."),
            HEADS,
            shapes["model.encoder.layer.0.intermediate.dense.weight"][0],
            codebook,
            rows - codebook - 2,
            shapes["model.embeddings.position_embeddings.weight"][0] - 1,
            shapes["model.embeddings.token_type_embeddings.weight"][0],
        )


@dataclass(frozen=True)
class UVitBertConfig:
    """``depth`` counts the blocks of both halves, not the one in the middle; ``caption_width`` is None where classes are the condition;
    ``rotary``: places also turn queries and keys, which no published model does and small ones learn much sooner by."""

    width: int = 1024
    depth: int = 20
    heads: int = HEADS
    hidden: int = 4096
    codebook: int = 4096
    classes: int | None = 1000
    length: int = 128
    caption_width: int | None = None
    caption_length: int = 1
    rotary: bool = False

    @classmethod
    def of(cls, shapes: Shapes) -> UVitBertConfig | None:
        if not has(shapes, "in_blocks.", "mid_block.", "out_blocks.", "lm_head.weight", "embeddings.weight"):
            return None
        rows, width = shapes["embeddings.weight"]
        codebook, hidden = shapes["lm_head.weight"][0], shapes["mid_block.mlp.fc1.weight"][0]
        depth = count(shapes, "in_blocks.") + count(shapes, "out_blocks.")
        return cls(width, depth, HEADS, hidden, codebook, rows - codebook - 2, shapes["pos_embed"][1] - 1)


class _MaskedGenerator(nn.Module):
    config: ImageBertConfig | UVitBertConfig

    @property
    def nothing(self) -> int:
        """The class number that stands for no class."""
        return self.config.classes

    def stream(self, sequence: Tensor, asked: Tensor, captions: Tensor | None = None) -> Tensor:
        """Logits (batch, asked, codebook) of some positions of a sequence of vocabulary rows, or of captions (batch, T, width) before it.

        Of the last block they alone are worked out: ``asked`` (batch, asked).
        """
        raise NotImplementedError

    def forward(self, ids: Tensor, labels: Tensor, asked: Tensor | None = None) -> Tensor:
        """Logits of tokens.

        Args:
            ids: (batch, length) int64, −1 or the size of the codebook where masked.
            labels: class numbers (batch,), ``classes`` stands for none; or features (batch, T, caption width), zeros stand for none.
            asked: the tokens that are asked for (batch, asked); None = all.

        Returns:
            (batch, asked, codebook) float32.
        """
        codebook = self.config.codebook
        tokens = torch.where(ids < 0, codebook, ids)
        asked = torch.arange(ids.shape[1], device=ids.device).expand_as(ids) if asked is None else asked
        if labels.ndim == 3:
            return self.stream(tokens, asked + labels.shape[1], labels).float()
        return self.stream(torch.cat([labels[:, None] + codebook + 1, tokens], 1), asked + 1).float()


class _BertLayer(nn.Module):
    """Post-norm, in the names of transformers' BERT."""

    def __init__(self, c: ImageBertConfig) -> None:
        super().__init__()
        self.heads = c.heads
        linear = {name: nn.Linear(c.width, c.width) for name in ("query", "key", "value")}
        self.attention = nn.ModuleDict({"self": nn.ModuleDict(linear), "output": _output(c.width, c.width)})
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(c.width, c.hidden)})
        self.output = _output(c.hidden, c.width)

    def forward(self, x: Tensor, asked: Tensor | None = None) -> Tensor:
        """``x`` (batch, length, width), at the positions ``asked`` (batch, asked) alone where there are some."""
        own, out = self.attention["self"], self.attention["output"]
        there = x if asked is None else at(x, asked)
        sources = {"query": there, "key": x, "value": x}
        q, k, v = (own[name](of).unflatten(-1, (self.heads, -1)).transpose(1, 2) for name, of in sources.items())
        mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
        x = out["LayerNorm"](there + out["dense"](mixed))
        return self.output["LayerNorm"](x + self.output["dense"](F.gelu(self.intermediate["dense"](x))))


def _output(width: int, out: int) -> nn.ModuleDict:
    return nn.ModuleDict({"dense": nn.Linear(width, out), "LayerNorm": nn.LayerNorm(out, 1e-12)})


class ImageBert(_MaskedGenerator):
    def __init__(self, config: ImageBertConfig | None = None) -> None:
        super().__init__()
        self.config = c = config or ImageBertConfig()
        embeddings = {
            "word_embeddings": nn.Embedding(c.codebook + c.classes + 2, c.width),
            "position_embeddings": nn.Embedding(c.length + 1, c.width),
            "token_type_embeddings": nn.Embedding(c.kinds, c.width),
            "LayerNorm": nn.LayerNorm(c.width, 1e-12),
        }
        layers = nn.ModuleList(_BertLayer(c) for _ in range(c.depth))
        self.model = nn.ModuleDict(
            {
                "embeddings": nn.ModuleDict(embeddings),
                "encoder": nn.ModuleDict({"layer": layers}),
                "lm_head": nn.Linear(c.width, c.codebook),
            }
        )

    def stream(self, sequence: Tensor, asked: Tensor, captions: Tensor | None = None) -> Tensor:
        rows = self.model["embeddings"]
        positions = rows["position_embeddings"].weight[: sequence.shape[1]]
        x = rows["LayerNorm"](rows["word_embeddings"](sequence) + positions + rows["token_type_embeddings"].weight[0])
        *layers, last = self.model["encoder"]["layer"]
        for layer in layers:
            x = layer(x)
        return self.model["lm_head"](last(x, asked))


class UVitBert(_MaskedGenerator):
    def __init__(self, config: UVitBertConfig | None = None) -> None:
        super().__init__()
        self.config = c = config or UVitBertConfig()
        self.embeddings = nn.Embedding(c.codebook + 1 + (0 if c.classes is None else c.classes + 1), c.width)
        self.pos_embed = nn.Parameter(torch.zeros(1, c.length + c.caption_length, c.width))
        if c.caption_width:
            self.cap_proj = caption_projection(c.caption_width, c.width)
        self.in_blocks, self.out_blocks = (nn.ModuleList(self._block() for _ in range(c.depth // 2)) for _ in range(2))
        self.mid_block = self._block()
        for block in self.out_blocks:
            block.skip_linear = nn.Linear(2 * c.width, c.width)
        self.norm = nn.LayerNorm(c.width)
        self.lm_head = nn.Linear(c.width, c.codebook)

    def unconditional(self, batch: int) -> Tensor:
        """Features (batch, T, caption width) of no words."""
        return self.pos_embed.new_zeros(batch, self.config.caption_length, self.config.caption_width)

    def _block(self) -> VitBlock:
        c = self.config
        return VitBlock(c.width, c.heads, c.hidden, bias=False, eps=1e-5)

    def _embedded(self, places: Tensor) -> Tensor:
        """(batch, T + length, width): positions of the whole condition, then of tokens at their places (batch, length)."""
        condition, tokens = self.pos_embed[0].split([self.config.caption_length, self.config.length])
        return torch.cat([condition.expand(len(places), -1, -1), tokens[places]], 1)

    def _rotation(self, places: Tensor | None) -> Tensor:
        """([batch, 1,] T + length, head width/2, 2) of places as of `features`; the condition turns nothing."""
        c = self.config
        side = round(c.length**0.5)
        words = c.caption_length
        turns = after_still(words, grid_rotation(side, side, c.width // c.heads, device=self.pos_embed.device))
        if places is None:
            return turns
        whole = torch.cat([torch.arange(words, device=places.device).expand(len(places), -1), places + words], 1)
        return turns[whole][:, None]

    def stream(self, sequence: Tensor, asked: Tensor, captions: Tensor | None = None) -> Tensor:
        return self.features(sequence, captions, asked=asked)[0]

    def features(
        self, sequence: Tensor, captions: Tensor | None = None, places: Tensor | None = None, asked: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """The logits, of positions ``asked`` or all, and the stream (batch, T + length, width) behind the block in the middle.

        ``places`` (batch, length) are those of the tokens in the picture, where only some are there.
        """
        x, seen = self.embeddings(sequence), []
        if captions is not None:
            x = torch.cat([projected(self.cap_proj, captions), x], 1)
        x = x + (self.pos_embed[:, : x.shape[1]] if places is None else self._embedded(places))
        turns = self._rotation(places) if self.config.rotary else None
        for block in self.in_blocks:
            x = block(x, rotation=turns)
            seen.append(x)
        x = middle = self.mid_block(x, rotation=turns)
        for block in self.out_blocks:
            x = block.skip_linear(torch.cat([x, seen.pop()], -1))
            x = block(x, rotation=turns) if seen or asked is None else block.only(x, asked, turns)
        if asked is not None and not self.out_blocks:
            x = at(x, asked)
        return self.lm_head(self.norm(x)), middle


class MaskedReader:
    """Predicts tokens that are not known from those that are; all prompts go through the model together.

    ``labels`` are one tensor of class numbers (batch,) or caption features (batch, T, caption width) a prompt, the positive one first.
    """

    def __init__(self, model: ImageBert | UVitBert, labels: Sequence[Tensor]) -> None:
        self.model, self.labels = model, labels

    def __call__(self, ids: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
        """Logits (prompts, batch, asked, codebook) of ``ids`` (batch, length), −1 where unknown."""
        labels, where = torch.cat(list(self.labels[:prompts])), asked.expand(len(ids), -1).repeat(prompts, 1)
        return self.model(ids.repeat(prompts, 1), labels, where).unflatten(0, (prompts, -1))
