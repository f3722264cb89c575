"""VAR's transformer: all tokens of a scale are predicted at once, from the picture that the scales before it made.

Tian et al. 2024, "Visual autoregressive modeling: scalable image generation via next-scale prediction", section 3.2. Keys as published.

Letters: L = Σ side² the length over all scales, S scales, H heads, C width; γ gates.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.blocks import KeyValueCache, after_still, modulated, place_rotation, rotated
from nodes.models.caption import caption_projection, projected
from nodes.models.convolutions import nearest
from nodes.models.shapes import Shapes, count, has
from nodes.models.var_vqvae import SCALES_256, SCALES_512, VarVqvae


@dataclass(frozen=True)
class VarTransformerConfig:
    """Sizes.

    Attributes:
        scales: the sides of the token maps.
        normalized: queries and keys of unit length, with a learned sharpness (all published models).
        shared: one modulation layer for all blocks, with a learned offset each (the 512 px model).
        caption_width: where words are the condition, of their features. They stand in front of the first scale, every token sees
            them, and their mean is added to class 0, class 1 standing for none. This is ours; the published models know classes only.
        classes: None where words are the condition.
        rotary: places also turn queries and keys, the same at every scale (as in "Infinity", Han et al. 2024); no published VAR does.
    """

    width: int = 1024
    depth: int = 16
    heads: int = 16
    hidden: int = 4096
    codebook: int = 4096
    code_width: int = 32
    classes: int | None = 1000
    scales: tuple[int, ...] = SCALES_256
    normalized: bool = True
    shared: bool = False
    caption_width: int | None = None
    caption_length: int = 1
    rotary: bool = False

    @property
    def words(self) -> int:
        """Positions in front of the first scale."""
        return self.caption_length if self.caption_width else 0

    @classmethod
    def of(cls, shapes: Shapes) -> VarTransformerConfig | None:
        needed = ("pos_1LC", "pos_start", "lvl_embed.weight", "word_embed.weight", "blocks.0.attn.mat_qkv.weight")
        if not has(shapes, *needed) or "n_d_embed.weight" in shapes:
            return None  # its student has all this and more
        depth, sharpness = count(shapes, "blocks."), shapes.get("blocks.0.attn.scale_mul_1H11")
        length = shapes["pos_1LC"][1]
        width, code_width = shapes["word_embed.weight"]
        return cls(
            width,
            depth,
            sharpness[1] if sharpness else depth,  # the published models have as many heads as blocks
            shapes["blocks.0.ffn.fc1.weight"][0],
            shapes["head.weight"][0],
            code_width,
            shapes["class_emb.weight"][0] - 1,
            scales_of(length),
            sharpness is not None,
            "shared_ada_lin.1.weight" in shapes,
        )


def scales_of(length: int) -> tuple[int, ...]:
    """The published scales of so many tokens; none where no model has so many, since no shape tells them."""
    return next((scales for scales in (SCALES_256, SCALES_512) if sum(side**2 for side in scales) == length), ())


class _Attention(nn.Module):
    def __init__(self, c: VarTransformerConfig) -> None:
        super().__init__()
        self.heads = c.heads
        if c.normalized:
            self.scale_mul_1H11 = nn.Parameter(torch.full((1, c.heads, 1, 1), math.log(4)))
        self.mat_qkv = nn.Linear(c.width, 3 * c.width, bias=False)
        self.q_bias, self.v_bias = nn.Parameter(torch.zeros(c.width)), nn.Parameter(torch.zeros(c.width))
        self.proj = nn.Linear(c.width, c.width)

    def forward(
        self, x: Tensor, mask: Tensor | None, cache: KeyValueCache | None, layer: int, start: int, rotation: Tensor | None = None
    ) -> Tensor:
        bias = torch.cat([self.q_bias, torch.zeros_like(self.q_bias), self.v_bias])  # a bias of keys would change nothing
        parts = F.linear(x, self.mat_qkv.weight, bias).unflatten(-1, (3, self.heads, -1))
        q, k, v = parts.permute(2, 0, 3, 1, 4).unbind(0)  # each (batch, heads, length, head width)
        scale = 0.25 / math.sqrt(q.shape[-1])
        if hasattr(self, "scale_mul_1H11"):
            sharpness, scale = self.scale_mul_1H11.clamp(max=math.log(100)).exp(), 1.0
            q, k = F.normalize(q, dim=-1) * sharpness, F.normalize(k, dim=-1)
        if rotation is not None:
            q, k = rotated(q, rotation), rotated(k, rotation)
        if cache is not None:
            k, v = cache.extended(layer, start, k, v)
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, scale=scale)
        return self.proj(mixed.transpose(1, 2).flatten(2))


class VarBlock(nn.Module):
    def __init__(self, c: VarTransformerConfig) -> None:
        super().__init__()
        self.attn = _Attention(c)
        self.ffn = nn.ModuleDict({"fc1": nn.Linear(c.width, c.hidden), "fc2": nn.Linear(c.hidden, c.width)})
        if c.shared:
            self.ada_gss = nn.Parameter(torch.zeros(1, 1, 6, c.width))
        else:
            self.ada_lin = nn.Sequential(nn.SiLU(), nn.Linear(c.width, 6 * c.width))

    def forward(self, x: Tensor, condition: Tensor, *where: object) -> Tensor:
        """``condition`` (batch, C), or (batch, 1, 6, C) where blocks share the modulation layer."""
        parts = condition + self.ada_gss if hasattr(self, "ada_gss") else self.ada_lin(condition).unflatten(-1, (1, 6, -1))
        gate_1, gate_2, scale_1, scale_2, shift_1, shift_2 = parts.unbind(-2)  # each (batch, 1, C)
        x = x + gate_1 * self.attn(modulated(normed(x), shift_1, scale_1), *where)
        h = self.ffn["fc1"](modulated(normed(x), shift_2, scale_2))
        return x + gate_2 * self.ffn["fc2"](F.gelu(h, approximate="tanh"))


def normed(x: Tensor) -> Tensor:
    return F.layer_norm(x, x.shape[-1:], eps=1e-6)


class VarTransformer(nn.Module):
    def __init__(self, config: VarTransformerConfig | None = None) -> None:
        super().__init__()
        self.config = c = config or VarTransformerConfig()
        self.class_emb = nn.Embedding((c.classes or 1) + 1, c.width)  # the last row is no class
        self.pos_start = nn.Parameter(torch.zeros(1, 1, c.width))
        self.pos_1LC = nn.Parameter(torch.zeros(1, sum(side**2 for side in c.scales), c.width))
        self.lvl_embed = nn.Embedding(len(c.scales), c.width)
        self.word_embed = nn.Linear(c.code_width, c.width)
        if c.caption_width:
            self.cap_proj = caption_projection(c.caption_width, c.width)
        if c.shared:
            self.shared_ada_lin = nn.Sequential(nn.SiLU(), nn.Linear(c.width, 6 * c.width))
        self.blocks = nn.ModuleList(VarBlock(c) for _ in range(c.depth))
        self.head_nm = nn.ModuleDict({"ada_lin": nn.Sequential(nn.SiLU(), nn.Linear(c.width, 2 * c.width))})
        self.head = nn.Linear(c.width, c.codebook)

    def levels(self) -> Tensor:
        """(L,) the scale that each position belongs to."""
        device = self.pos_1LC.device
        return torch.cat([torch.full((side**2,), level, device=device) for level, side in enumerate(self.config.scales)])

    def unconditional(self, batch: int) -> Tensor:
        """The condition that stands for none: class numbers (batch,) or features (batch, T, caption width)."""
        if self.config.classes is None:
            return self.pos_start.new_zeros(batch, self.config.caption_length, self.config.caption_width)
        return torch.full((batch,), self.config.classes, device=self.pos_start.device)

    def condition(self, labels: Tensor) -> Tensor:
        """What modulates the blocks, (batch, C): of class numbers (batch,), or of caption features (batch, T, caption width)."""
        if labels.ndim == 1:
            return self.class_emb(labels)
        said = labels.abs().sum(2) > 0
        mean = projected(self.cap_proj, labels).sum(1) / said.sum(1, keepdim=True).clamp(min=1)
        return self.class_emb(1 - said.any(1).long()) + mean

    def stream(self, labels: Tensor, maps: Tensor | None, start: int) -> Tensor:
        """What goes into the first block from position ``start`` on: the class at position 0, then maps (batch, length, code width).

        Words, where they are the condition, come in front of position 0.
        """
        parts = [] if start else [self.condition(labels)[:, None] + self.pos_start]
        parts += [] if maps is None else [self.word_embed(maps)]
        x = torch.cat(parts, 1)
        positions = slice(start, start + x.shape[1])
        x = x + self.lvl_embed(self.levels()[positions]) + self.pos_1LC[:, positions]
        return x if start or labels.ndim == 1 else torch.cat([projected(self.cap_proj, labels), x], 1)

    def logits(self, x: Tensor, labels: Tensor, mask: Tensor | None, cache: KeyValueCache | None = None, start: int = 0) -> Tensor:
        """Logits (batch, length, codebook) float32 of a stream (batch, length, C); none of words."""
        return self.features(x, labels, mask, cache, start)[0]

    def rotation(self) -> Tensor:
        """(T + L, head width/2, 2), in cells of the last scale; words turn nothing."""
        c = self.config
        lines = [(torch.arange(side, device=self.pos_1LC.device) + 0.5) * c.scales[-1] / side for side in c.scales]
        turns = place_rotation(torch.cat([torch.cartesian_prod(line, line) for line in lines]), c.width // c.heads)
        return after_still(c.words, turns)

    def features(
        self,
        x: Tensor,
        labels: Tensor,
        mask: Tensor | None,
        cache: KeyValueCache | None = None,
        start: int = 0,
        layer: int = 0,
        positions: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """The logits, and the stream (batch, length, C) after block ``layer``; ``positions`` (batch, length) of those T + L, where they do
        not follow one another."""
        class_, words = self.condition(labels), 0 if start else self.config.words
        first = start + self.config.words if start else 0
        rotation = self.rotation() if self.config.rotary else None
        if rotation is not None:
            rotation = rotation[first : first + x.shape[1]] if positions is None else rotation[positions][:, None]
        condition = self.shared_ada_lin(class_).unflatten(-1, (1, 6, -1)) if self.config.shared else class_
        seen = x
        for i, block in enumerate(self.blocks):
            x = block(x, condition, mask, cache, i, first, rotation)
            seen = x if i == layer else seen
        scale, shift = self.head_nm["ada_lin"](class_)[:, None].chunk(2, -1)
        return self.head(modulated(normed(x[:, words:]), shift, scale)).float(), seen[:, words:]

    def forward(self, labels: Tensor, maps: Tensor) -> Tensor:
        """Logits of all scales at once.

        Args:
            labels: class numbers (batch,), ``classes`` stands for none; or features (batch, T, caption width), zeros stand for none.
            maps: (batch, L − 1, code width), as `VarVqvae.inputs` gives them.

        Returns:
            (batch, L, codebook) float32.
        """
        return self.logits(self.stream(labels, maps, 0), labels, self.sight())

    def sight(self) -> Tensor:
        """Which position may look at which: (T + L, T + L) bool; words at words, tokens at words and at scales up to their own."""
        levels = F.pad(self.levels(), (self.config.words, 0), value=-1)
        return levels[:, None] >= levels


class VarReader:
    """Predicts the tokens of one scale after another.

    ``labels`` are one tensor of class numbers (batch,) or caption features (batch, T, caption width) a prompt, the positive one first; all
    prompts go through the model together.
    """

    def __init__(self, model: VarTransformer, tokenizer: VarVqvae, labels: Sequence[Tensor]) -> None:
        self.model, self.tokenizer = model, tokenizer
        self.labels, self.prompts = torch.cat(list(labels)), len(labels)
        c = model.config
        self.ends = [sum(side**2 for side in c.scales[: scale + 1]) for scale in range(len(c.scales))]
        self.cache = KeyValueCache(c.depth, len(self.labels), c.heads, c.words + self.ends[-1], c.width // c.heads, model.pos_1LC)
        self.scale = 0
        self.f_hat: Tensor | float = 0.0
        self.soft: Tensor | None = None

    def soften(self, weights: Tensor) -> None:
        """Mix the codes of the scale just predicted by weights (batch, side², codebook) instead of taking those of its ids."""
        self.soft = weights

    def made_up(self, before: Tensor) -> Tensor:
        """Ids (batch, side²) of the scale just predicted that lead back to the picture of the ids ``before`` (batch, L).

        To its codes of this scale comes what f̂ lacks of that picture's by now; what is near the sum in the codebook makes up for it.
        """
        scale, lengths = self.scale - 1, [side**2 for side in self.model.config.scales]
        its = before.split(lengths, 1)[: scale + 1]
        if not scale:
            return its[0]
        lacking = self.tokenizer.sums(its[:-1])[-1] - self.f_hat
        codebook = self.tokenizer.quantize["embedding"].weight
        return nearest(codebook[its[-1]] + self.tokenizer.next_map(lacking, scale), codebook)

    def __call__(self, ids: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
        """Logits (prompts, batch, side², codebook) of the next scale.

        Args:
            ids: (batch, L), the scales before this one known.
            asked: (1, side²) the positions of the scale.
            prompts: how many of the prompts; those left out once are gone.
        """
        scale, labels = self.scale, self.labels[: prompts * len(ids)]
        if prompts < self.prompts:
            self.cache.narrowed(len(labels))
            self.prompts, self.labels = prompts, labels
        start = 0 if scale == 0 else self.ends[scale - 1]
        maps = None if scale == 0 else self.tokenizer.next_map(self.accumulated(ids), scale).repeat(prompts, 1, 1)
        self.scale += 1
        logits = self.model.logits(self.model.stream(labels, maps, start), labels, None, self.cache, start)
        return logits.unflatten(0, (prompts, -1))

    def accumulated(self, ids: Tensor) -> Tensor:
        """f̂ of all scales predicted up to now; after the last one, what `VarVqvae.pixels` shows."""
        scale = self.scale - 1
        side = self.model.config.scales[scale]
        if self.soft is not None:
            codes = self.tokenizer.as_map(self.soft @ self.tokenizer.quantize["embedding"].weight, side)
        else:
            codes = self.tokenizer.codes(ids[:, self.ends[scale] - side**2 : self.ends[scale]], scale)
        self.soft = None
        self.f_hat = self.f_hat + self.tokenizer.contribution(codes, scale)
        return self.f_hat
