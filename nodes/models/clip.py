"""CLIP: pictures and words as vectors that point the same way where they belong together.

Radford et al. 2021, "Learning transferable visual models from natural language supervision". Keys as transformers writes them. The
starter's own has words of its vocabulary in place of byte pairs, and pictures with alpha.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.shapes import Shapes, count, has

HEAD = 64
"""Width of a head in nearly all published models."""

WIDE_HEADS = {1280: 80, 1408: 88, 1664: 104}
"""Of pictures in the models of OpenCLIP that have 16 heads."""

OPEN_WIDTH = 1024
"""Width of words from which on published models are those of OpenCLIP, whose GELU is the exact one."""


@dataclass(frozen=True)
class ClipConfig:
    """Sizes; ``vocabulary`` holds the words of a word-level model, whose last one ends a caption, and is empty for published models."""

    width: int = 768
    depth: int = 12
    patch: int = 32
    patches: int = 49
    text_width: int = 512
    text_depth: int = 12
    words: int = 49408
    text_length: int = 77
    shared: int = 512
    pixels: int = 3
    vocabulary: tuple[str, ...] = ()

    @property
    def quick(self) -> bool:
        return self.text_width < OPEN_WIDTH

    @classmethod
    def of(cls, shapes: Shapes) -> ClipConfig | None:
        if not has(shapes, "logit_scale", "text_projection.weight", "visual_projection.weight", "vision_model.embeddings.class_embedding"):
            return None
        words, text_width = shapes["text_model.embeddings.token_embedding.weight"]
        width, pixels, patch, _ = shapes["vision_model.embeddings.patch_embedding.weight"]
        return cls(
            width,
            count(shapes, "vision_model.encoder.layers."),
            patch,
            shapes["vision_model.embeddings.position_embedding.weight"][0] - 1,
            text_width,
            count(shapes, "text_model.encoder.layers."),
            words,
            shapes["text_model.embeddings.position_embedding.weight"][0],
            shapes["text_projection.weight"][0],
            pixels,
        )


class _Layer(nn.Module):
    """Pre-norm; ``quick``: with the GELU of OpenAI's models."""

    def __init__(self, width: int, quick: bool, head: int) -> None:
        super().__init__()
        self.quick, self.head = quick, min(head, width)
        self.self_attn = nn.ModuleDict({f"{name}_proj": nn.Linear(width, width) for name in ("q", "k", "v", "out")})
        self.layer_norm1, self.layer_norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(width, 4 * width), "fc2": nn.Linear(4 * width, width)})

    def forward(self, x: Tensor, causal: bool) -> Tensor:
        h = self.layer_norm1(x)
        q, k, v = (self.self_attn[f"{name}_proj"](h).unflatten(-1, (-1, self.head)).transpose(1, 2) for name in "qkv")
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=causal).transpose(1, 2).flatten(2)
        x = x + self.self_attn["out_proj"](mixed)
        h = self.mlp["fc1"](self.layer_norm2(x))
        return x + self.mlp["fc2"](h * torch.sigmoid(1.702 * h) if self.quick else F.gelu(h))


def _layers(width: int, depth: int, quick: bool, head: int = HEAD) -> nn.ModuleDict:
    return nn.ModuleDict({"layers": nn.ModuleList(_Layer(width, quick, head) for _ in range(depth))})


class _PictureEmbeddings(nn.Module):
    def __init__(self, c: ClipConfig) -> None:
        super().__init__()
        self.class_embedding = nn.Parameter(torch.zeros(c.width))
        self.patch_embedding = nn.Conv2d(c.pixels, c.width, c.patch, c.patch, bias=False)
        self.position_embedding = nn.Embedding(c.patches + 1, c.width)

    def forward(self, pixels: Tensor) -> Tensor:
        cells = self.patch_embedding(pixels).flatten(2).transpose(1, 2)
        first = self.class_embedding.expand(len(cells), 1, -1)
        return torch.cat([first, cells], 1) + self.position_embedding.weight


class _Vision(nn.Module):
    def __init__(self, c: ClipConfig) -> None:
        super().__init__()
        self.embeddings = _PictureEmbeddings(c)
        self.pre_layrnorm, self.post_layernorm = nn.LayerNorm(c.width), nn.LayerNorm(c.width)  # the published key is so spelled
        self.encoder = _layers(c.width, c.depth, c.quick, WIDE_HEADS.get(c.width, HEAD))

    def forward(self, pixels: Tensor) -> Tensor:
        x = self.pre_layrnorm(self.embeddings(pixels))
        for layer in self.encoder["layers"]:
            x = layer(x, causal=False)
        return self.post_layernorm(x[:, 0])


class _Text(nn.Module):
    def __init__(self, c: ClipConfig) -> None:
        super().__init__()
        rows = {"token_embedding": nn.Embedding(c.words, c.text_width), "position_embedding": nn.Embedding(c.text_length, c.text_width)}
        self.embeddings = nn.ModuleDict(rows)
        self.encoder = _layers(c.text_width, c.text_depth, c.quick)
        self.final_layer_norm = nn.LayerNorm(c.text_width)

    def forward(self, ids: Tensor) -> Tensor:
        """At the end of the text: the place of the largest id, the first of them."""
        return self.at_end(ids, self.states(ids)[1])

    def states(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        """Features of every place (batch, words, width): before the last layer, and behind it and its norm."""
        x = self.embeddings["token_embedding"](ids) + self.embeddings["position_embedding"].weight[: ids.shape[1]]
        *layers, last = self.encoder["layers"]
        for layer in layers:
            x = layer(x, causal=True)
        return x, self.final_layer_norm(last(x, causal=True))

    def at_end(self, ids: Tensor, states: Tensor) -> Tensor:
        return states[torch.arange(len(ids), device=ids.device), ids.argmax(1)]


class Clip(nn.Module):
    def __init__(self, config: ClipConfig | None = None) -> None:
        super().__init__()
        self.config = c = config or ClipConfig()
        self.logit_scale = nn.Parameter(torch.tensor(2.6592))
        self.text_model, self.vision_model = _Text(c), _Vision(c)
        self.text_projection = nn.Linear(c.text_width, c.shared, bias=False)
        self.visual_projection = nn.Linear(c.width, c.shared, bias=False)

    def of_pictures(self, pixels: Tensor) -> Tensor:
        """Unit vectors (batch, shared) of pixels (batch, channels, height, width), normalized as the model was trained."""
        return F.normalize(self.visual_projection(self.vision_model(pixels)), dim=-1)

    def words(self, ids: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What texts (batch, words) lead a generator by: features before the last layer, behind it, and the vector of the whole text."""
        early, late = self.text_model.states(ids)
        return early, late, self.text_projection(self.text_model.at_end(ids, late))

    def of_words(self, ids: Tensor) -> Tensor:
        """Unit vectors (batch, shared) of texts (batch, words), each with its end and padded behind it."""
        return F.normalize(self.text_projection(self.text_model(ids)), dim=-1)
