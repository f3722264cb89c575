"""LlamaGen's transformer: a picture as a text of tokens in raster order, predicted one after the other.

Sun et al. 2024, "Autoregressive model beats diffusion: Llama for scalable image generation", section 2.2; the blocks are those
of Touvron et al. 2023 with rotary positions on a grid. Keys as published.

Letters: T positions of condition, N image tokens. Image token i stands at position T + i, and the output at T + i − 1 predicts it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.blocks import KeyValueCache, Played, RmsNorm, after_still, causal_mask, grid_rotation
from nodes.models.shapes import Shapes, count, has

ODD_HEADS = {2560: 40, 3200: 32, 4096: 32}
"""Heads of the published widths whose heads are not 64 wide."""


@dataclass(frozen=True)
class LlamaGenGptConfig:
    """Sizes; ``classes`` is None where captions are the condition, ``caption_width`` where classes are.

    Attributes:
        sharing: heads that look at the same keys and values.
        length: number of tokens of a picture.
        attentive: words are looked at for what they say. In the published models their queries and keys vanish: all are looked at evenly.
    """

    width: int = 768
    depth: int = 12
    heads: int = 12
    sharing: int = 1
    hidden: int = 2048
    codebook: int = 16384
    length: int = 256
    classes: int | None = 1000
    caption_width: int | None = None
    caption_length: int = 1
    attentive: bool = False

    @property
    def key_heads(self) -> int:
        return self.heads // self.sharing

    @property
    def side(self) -> int:
        """Rows and columns of the grid."""
        return round(self.length**0.5)

    @classmethod
    def of(cls, shapes: Shapes) -> LlamaGenGptConfig | None:
        known = ("tok_embeddings.", "cls_embedding.", "output.", "norm.", "layers.", "freqs_cis")
        if not has(shapes, "tok_embeddings.weight", "cls_embedding.", "layers.") or not all(key.startswith(known) for key in shapes):
            return None  # its relatives have all this and more
        return cls(**llama_sizes(shapes))


def llama_sizes(shapes: Shapes) -> dict[str, int | None]:
    """The sizes of a transformer of this line; heads follow the published models."""
    codebook, width = shapes["tok_embeddings.weight"]
    heads = ODD_HEADS.get(width) or max(1, width // 64)
    table = shapes.get("cls_embedding.embedding_table.weight")
    caption = shapes.get("cls_embedding.uncond_embedding", (1, None))
    return {
        "width": width,
        "depth": count(shapes, "layers."),
        "heads": heads,
        "sharing": 2 * width // (shapes["layers.0.attention.wqkv.weight"][0] - width),
        "hidden": shapes["layers.0.feed_forward.w1.weight"][0],
        "codebook": codebook,
        "classes": table[0] - 1 if table else None,
        "caption_length": caption[0],
        "caption_width": caption[1],
    }


class _Attention(nn.Module):
    def __init__(self, c: LlamaGenGptConfig) -> None:
        super().__init__()
        self.heads, self.key_heads, self.head_width = c.heads, c.key_heads, c.width // c.heads
        self.wqkv = nn.Linear(c.width, (c.heads + 2 * c.key_heads) * self.head_width, bias=False)
        self.wo = nn.Linear(c.width, c.width, bias=False)

    def forward(self, x: Tensor, turn: Tensor, mask: Tensor | None, cache: KeyValueCache | None, layer: int, start: int | Tensor) -> Tensor:
        """``turn`` (batch or 1, length, heads + 2·key heads, head width/2) complex: 1 for the values, so that one product turns all."""
        pairs = torch.view_as_complex(self.wqkv(x).float().view(*x.shape[:2], -1, self.head_width // 2, 2))
        parts = torch.view_as_real(pairs * turn).flatten(-2).to(x.dtype).transpose(1, 2)  # (batch, all heads, length, head width)
        q, seen = parts.split([self.heads, 2 * self.key_heads], 1)
        k, v = (seen if cache is None else cache.extended_by(layer, start, seen)).chunk(2, 1)
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, enable_gqa=self.heads != self.key_heads)
        return self.wo(mixed.transpose(1, 2).flatten(2))


class FeedForward(nn.Module):
    """SwiGLU (Shazeer 2020): ``w2(silu(w1·x) ⊙ w3·x)``.

    ``side_by_side`` names layers that read the same; `nodes.runtime.few_rows` makes one of them, ``both``.
    """

    side_by_side = ("w1", "w3")

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.w1 = nn.Linear(width, hidden, bias=False)
        self.w3 = nn.Linear(width, hidden, bias=False)
        self.w2 = nn.Linear(hidden, width, bias=False)
        self.both: nn.Module | None = None

    def forward(self, x: Tensor) -> Tensor:
        gate, up = (self.w1(x), self.w3(x)) if self.both is None else self.both(x).chunk(2, -1)
        return self.w2(F.silu(gate) * up)


class _Layer(nn.Module):
    def __init__(self, c: LlamaGenGptConfig) -> None:
        super().__init__()
        self.attention, self.feed_forward = _Attention(c), FeedForward(c.width, c.hidden)
        self.attention_norm, self.ffn_norm = RmsNorm(c.width), RmsNorm(c.width)

    def forward(self, x: Tensor, *where: object) -> Tensor:
        x = x + self.attention(self.attention_norm(x), *where)
        return x + self.feed_forward(self.ffn_norm(x))


class _Condition(nn.Module):
    """A class by its number, or a caption's features through a small network."""

    def __init__(self, c: LlamaGenGptConfig) -> None:
        super().__init__()
        if c.caption_width is None:
            self.embedding_table = nn.Embedding(c.classes + 1, c.width)  # the last row is no class
        else:
            fc1, fc2 = nn.Linear(c.caption_width, c.width, bias=False), nn.Linear(c.width, c.width, bias=False)
            self.cap_proj = nn.ModuleDict({"fc1": fc1, "fc2": fc2})
            self.register_buffer("uncond_embedding", torch.empty(c.caption_length, c.caption_width))

    def forward(self, condition: Tensor) -> Tensor:
        if hasattr(self, "embedding_table"):
            return self.embedding_table(condition)[:, None]
        said = condition.to(self.uncond_embedding.dtype)
        return self.cap_proj["fc2"](F.gelu(self.cap_proj["fc1"](said), approximate="tanh"))


class LlamaGenGpt(nn.Module):
    def __init__(self, config: LlamaGenGptConfig | None = None) -> None:
        super().__init__()
        self.config = c = config or LlamaGenGptConfig()
        self.cls_embedding = _Condition(c)
        self.tok_embeddings = nn.Embedding(c.codebook, c.width)
        self.layers = nn.ModuleList(_Layer(c) for _ in range(c.depth))
        self.norm = RmsNorm(c.width)
        self.output = nn.Linear(c.width, c.codebook, bias=False)

    def unconditional(self, batch: int) -> Tensor:
        """The condition that stands for none: class numbers (batch,) or features (batch, T, caption width)."""
        if self.config.caption_width is None:
            return torch.full((batch,), self.config.classes, device=self.tok_embeddings.weight.device)
        return self.cls_embedding.uncond_embedding.expand(batch, -1, -1)

    def rotation(self) -> Tensor:
        """(T + N, head width/2, 2); the condition does not turn, or is zeros, whose queries and keys so vanish: it is looked at evenly."""
        c = self.config
        grid = grid_rotation(c.side, c.side, c.width // c.heads, device=self.tok_embeddings.weight.device)
        return after_still(c.caption_length, grid, float(c.attentive))

    def turn(self, rotation: Tensor) -> Tensor:
        """(batch or 1, length, heads + 2·key heads, head width/2) complex, of a rotation ([batch, 1,] length, head width/2, 2).

        Queries and keys turn; values stay, by 1.
        """
        c, turn = self.config, torch.view_as_complex(rotation)[..., None, :]
        turn = turn.squeeze(1) if rotation.ndim == 5 else turn[None]
        return torch.cat([turn.expand(-1, -1, c.heads + c.key_heads, -1), torch.ones_like(turn).expand(-1, -1, c.key_heads, -1)], 2)

    def hidden(
        self, x: Tensor, rotation: Tensor, mask: Tensor | None, cache: KeyValueCache | None = None, start: int | Tensor = 0
    ) -> Tensor:
        """The stream after the last layer, as ``x`` (batch, length, width)."""
        turn = self.turn(rotation)
        for i, layer in enumerate(self.layers):
            x = layer(x, turn, mask, cache, i, start)
        return x

    def logits(self, x: Tensor) -> Tensor:
        return self.output(self.norm(x)).float()

    def forward(self, condition: Tensor, ids: Tensor, caption_mask: Tensor | None = None) -> Tensor:
        """Logits at every position.

        Args:
            condition: class numbers (batch,), or features (batch, T, caption width) of a caption padded on the left.
            ids: image tokens (batch, up to N) in raster order.
            caption_mask: (batch, T) bool, True where a word stands.

        Returns:
            (batch, T + length of ids, codebook) float32.
        """
        x = torch.cat([self.cls_embedding(condition), self.tok_embeddings(ids)], 1)
        mask = sight(0, x.shape[1], caption_mask, x.device)
        return self.logits(self.hidden(x, self.rotation()[: x.shape[1]], mask))

    def cache(self, batch: int, length: int, like: Tensor) -> KeyValueCache:
        c = self.config
        return KeyValueCache(len(self.layers), batch, c.key_heads, length, c.width // c.heads, like)


def sight(start: int, end: int, caption_mask: Tensor | None, device: torch.device) -> Tensor | None:
    """What positions ``start`` to ``end`` see of those before ``end``: no later ones, and padding nobody but itself.

    ``caption_mask`` is (batch, T); the answer (length, end) or (batch, 1, length, end) bool, or None for all.
    """
    if caption_mask is None:
        return None if end - start == 1 else causal_mask(end - start, end, device)
    seen = F.pad(caption_mask.bool(), (0, end - caption_mask.shape[1]), value=True)[:, None]  # (batch, 1, end)
    itself = torch.arange(end, device=device) == torch.arange(start, end, device=device)[:, None]
    return ((seen | itself) & causal_mask(end - start, end, device))[:, None]


class LlamaGenReader:
    """Predicts tokens in raster order, reading each known token once.

    ``conditions`` are one a prompt, each of the whole batch: the first is the positive one. All prompts go through the model together.
    ``caption_mask`` is (batch, T) for all prompts, or (prompts·batch, T) with one a prompt. ``played`` does what `one` does, where a GPU
    plays it again.
    """

    def __init__(self, model: LlamaGenGpt, conditions: Sequence[Tensor], caption_mask: Tensor | None = None) -> None:
        self.model, self.read, self.prompts = model, -1, len(conditions)  # -1: not even the condition
        self.start = model.cls_embedding(torch.cat(list(conditions)))  # (prompts·batch, T, width)
        self.caption_mask = None if caption_mask is None else caption_mask.repeat(len(self.start) // len(caption_mask), 1)
        self.cache = model.cache(len(self.start), model.config.caption_length + model.config.length, self.start)
        self.rotation = model.rotation()
        self.played: Played | None = None

    def __call__(self, ids: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
        """Logits (prompts, batch, asked, codebook).

        Args:
            ids: (batch, N); all before the last one asked for are known or drafts.
            asked: (1, asked) consecutive positions in 0 to N − 1, ascending.
            prompts: how many of the prompts; those left out once are gone.
        """
        first, last = int(asked[0, 0]), int(asked[0, -1])
        self.rewind(first - 1)
        self._drop(prompts, len(ids))
        tokens, before = ids[:, max(self.read, 0) : last].repeat(prompts, 1), self.model.config.caption_length
        if self.played is not None and self.read >= 0 and tokens.shape[1] == 1:
            self.read = last
            return self.played(tokens, asked[0] + (before - 1)).unflatten(0, (prompts, -1))
        x = self.model.tok_embeddings(tokens)
        if self.read < 0:
            x = torch.cat([self.start, x], 1)
        start = before + self.read if self.read >= 0 else 0
        end = start + x.shape[1]
        out = self.model.hidden(x, self.rotation[start:end], sight(start, end, self.caption_mask, x.device), self.cache, start)
        self.read = last
        return self.model.logits(out[:, -asked.shape[1] :]).unflatten(0, (prompts, -1))

    def one(self, tokens: Tensor, place: Tensor) -> Tensor:
        """Logits (prompts·batch, 1, codebook) behind one token each, (prompts·batch, 1), at ``place`` (1,) of condition and tokens."""
        mask = (torch.arange(len(self.rotation), device=place.device) <= place)[None]
        if self.caption_mask is not None:
            mask = mask & F.pad(self.caption_mask.bool(), (0, self.model.config.length), value=True)[:, None, None]
        x = self.model.tok_embeddings(tokens)
        return self.model.logits(self.model.hidden(x, self.rotation[place], mask, self.cache, place))

    def rewind(self, known: int) -> None:
        """Forget what was read behind the first ``known`` tokens: drafts that were not accepted."""
        self.read = min(self.read, known)

    def _drop(self, prompts: int, batch: int) -> None:
        if prompts < self.prompts:
            self.cache.narrowed(prompts * batch)
            self.start = self.start[: prompts * batch]
            self.caption_mask = None if self.caption_mask is None else self.caption_mask[: prompts * batch]
            self.prompts = prompts
