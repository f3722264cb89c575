"""Meissonic: pictures of 1,024 px from words by unmasking 4,096 tokens.

Bai et al. 2024, "Meissonic: revitalizing masked generative transformers for efficient high-resolution text-to-image synthesis". Words and
picture go through joint blocks first and together through parallel ones then, with rotary places; four tokens become one before them and
four again behind. Keys as published. Words enter as features of CLIP; size and aesthetic score enter as waves beside the pooled features.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.blocks import RmsNorm, after_still, place_rotation, time_waves
from nodes.models.joint_blocks import JointBlock, ParallelBlock
from nodes.models.maskgen import Words, asked_of, for_batch
from nodes.models.shapes import Shapes, count, has

EPS = 1e-6
WAVES = 256
"""Cosines and sines of each number that leads."""

AESTHETIC = 6.0
"""The score that pictures are asked for with."""

PIXELS = 16
"""Along either side of a token."""


@dataclass(frozen=True)
class MeissonicConfig:
    """Sizes.

    Attributes:
        depth: of the joint blocks.
        alone: how many parallel blocks follow.
        rows: of the embedding, of which those behind codes and mask were trained for nothing.
        halved: whether four tokens become one inside.
        length: of a picture.
    """

    width: int = 1024
    depth: int = 14
    alone: int = 28
    heads: int = 8
    codebook: int = 8192
    rows: int = 8256
    text_width: int = 1024
    halved: bool = True
    length: int = 4096

    @classmethod
    def of(cls, shapes: Shapes) -> MeissonicConfig | None:
        if not has(shapes, "single_transformer_blocks.0.attn.norm_q.weight", "mlm_layer.conv2.weight", "cond_embed.linear_1.weight"):
            return None
        rows, width = shapes["embed.embeddings.weight"]
        halved = "down_block.downsample.conv.weight" in shapes
        return cls(
            width,
            count(shapes, "transformer_blocks."),
            count(shapes, "single_transformer_blocks."),
            width // shapes["single_transformer_blocks.0.attn.norm_q.weight"][0],
            shapes["mlm_layer.conv2.weight"][0],
            rows,
            shapes["context_embedder.weight"][1],
            halved,
            4096 if halved else 1024,
        )


def _two_layers(into: int, width: int, bias: bool = True) -> nn.ModuleDict:
    return nn.ModuleDict({"linear_1": nn.Linear(into, width, bias=bias), "linear_2": nn.Linear(width, width, bias=bias)})


def _through(layers: nn.ModuleDict, x: Tensor) -> Tensor:
    return layers["linear_2"](F.silu(layers["linear_1"](x)))


class _Resampled(nn.Module):
    """A norm, and a convolution that makes four cells one or one four."""

    def __init__(self, width: int, up: bool) -> None:
        super().__init__()
        self.norm = RmsNorm(width, EPS)
        self.conv = (nn.ConvTranspose2d if up else nn.Conv2d)(width, width, 2, 2, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Cells (batch, rows, columns, width)."""
        return self.conv(self.norm(x).movedim(-1, 1)).movedim(1, -1)


class Meissonic(nn.Module):
    def __init__(self, config: MeissonicConfig | None = None) -> None:
        super().__init__()
        self.config = c = config or MeissonicConfig()
        width = c.width
        self.time_text_embed = nn.ModuleDict({"timestep_embedder": _two_layers(WAVES, width), "text_embedder": _two_layers(width, width)})
        self.cond_embed = _two_layers(5 * WAVES + width, width, bias=False)
        self.context_embedder, self.encoder_proj_layer_norm = nn.Linear(c.text_width, width), RmsNorm(width, EPS)
        self.embed = nn.ModuleDict(
            {
                "embeddings": nn.Embedding(c.rows, width),
                "layer_norm": RmsNorm(width, EPS),
                "conv": nn.Conv2d(width, width, 1, bias=False),
            }
        )
        self.down_block = nn.ModuleDict({"downsample": _Resampled(width, up=False)} if c.halved else {})
        self.project_to_hidden_norm, self.project_to_hidden = RmsNorm(width, EPS), nn.Linear(width, width, bias=False)
        self.transformer_blocks = nn.ModuleList(JointBlock(width, c.heads, last=False, normed=True) for _ in range(c.depth))
        self.single_transformer_blocks = nn.ModuleList(ParallelBlock(width, c.heads) for _ in range(c.alone))
        self.project_from_hidden_norm, self.project_from_hidden = RmsNorm(width, EPS), nn.Linear(width, width, bias=False)
        self.up_block = nn.ModuleDict({"upsample": _Resampled(width, up=True)} if c.halved else {})
        self.mlm_layer = nn.ModuleDict(
            {
                "conv1": nn.Conv2d(width, width, 1, bias=False),
                "layer_norm": RmsNorm(width, EPS),
                "conv2": nn.Conv2d(width, c.codebook, 1, bias=False),
            }
        )

    def forward(self, ids: Tensor, words: Words, time: Tensor, aesthetic: Tensor) -> Tensor:
        """Logits (batch, length, codebook) float32.

        Args:
            ids: (batch, length) int64 of a square picture, −1 where masked.
            words: of the prompts; the pooled vector is as wide as the model.
            time: (batch,), which falls to 0 at the last step.
            aesthetic: score of the picture wanted (batch,), about 4 to 7.
        """
        c = self.config
        side = round(ids.shape[1] ** 0.5)
        condition = self._condition(words.pooled, time, aesthetic, side)
        text = self.encoder_proj_layer_norm(self.context_embedder(words.hidden))

        cells = self.embed["embeddings"](torch.where(ids < 0, c.codebook, ids)).unflatten(1, (side, side))
        cells = _pointwise(self.embed["conv"], self.embed["layer_norm"](cells))
        cells = self.down_block["downsample"](cells) if c.halved else cells
        x = self.project_to_hidden(self.project_to_hidden_norm(cells.flatten(1, 2)))
        turn = self._rotation(cells.shape[1], x.device)
        for block in self.transformer_blocks:
            x, text = block(x, text, condition, turn)
        both, turn = torch.cat([text, x], 1), after_still(text.shape[1], turn)
        for block in self.single_transformer_blocks:
            both = block(both, condition, turn)
        x = self.project_from_hidden(self.project_from_hidden_norm(both[:, text.shape[1] :]))

        cells = x.unflatten(1, cells.shape[1:3])
        cells = self.up_block["upsample"](cells) if c.halved else cells
        cells = self.mlm_layer["layer_norm"](_pointwise(self.mlm_layer["conv1"], cells))
        return _pointwise(self.mlm_layer["conv2"], cells).flatten(1, 2).float()

    def _condition(self, pooled: Tensor, time: Tensor, aesthetic: Tensor, side: int) -> Tensor:
        """(batch, width) of the whole text, size, crop and score, and of the time."""
        size, none = torch.full_like(aesthetic, side * PIXELS), torch.zeros_like(aesthetic)
        facts = time_waves(torch.stack([size, size, none, none, aesthetic], 1).flatten(), WAVES).view(len(pooled), -1)
        text = _through(self.cond_embed, torch.cat([pooled, facts.to(pooled)], 1))
        moment = time_waves(time * 1000, WAVES).to(pooled)
        return _through(self.time_text_embed["timestep_embedder"], moment) + _through(self.time_text_embed["text_embedder"], text)

    def _rotation(self, side: int, device: torch.device) -> Tensor:
        """(cells, head width/2, 2): an eighth of the pairs turns nothing, the others by row and by column."""
        head = self.config.width // self.config.heads
        line = torch.arange(side, device=device).float()
        turns = place_rotation(torch.cartesian_prod(line, line), head - head // 8)
        still = torch.tensor([1.0, 0.0], device=device).expand(len(turns), head // 16, 2)
        return torch.cat([still, turns], 1)


def _pointwise(layer: nn.Conv2d, x: Tensor) -> Tensor:
    """A 1 × 1 convolution of cells (…, width)."""
    return F.linear(x, layer.weight[..., 0, 0])


class MeissonicReader:
    """Predicts tokens that are not known from those that are; ``words`` are one a prompt, the positive one first.

    ``steps`` are how many times it will be asked; the model is told how many are still to come.
    """

    def __init__(self, model: Meissonic, words: Sequence[Words], steps: int, aesthetic: float = AESTHETIC) -> None:
        self.model, self.words, self.left, self.aesthetic = model, words, steps, aesthetic

    def __call__(self, ids: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
        """Logits (prompts, batch, asked, codebook) of ``ids`` (batch, length), −1 where unknown."""
        self.left = max(0, self.left - 1)
        words = for_batch(self.words[:prompts], len(ids))
        time, score = (words.pooled.new_full((len(words.pooled),), value) for value in (float(self.left), self.aesthetic))
        return asked_of(self.model(ids.repeat(prompts, 1), words, time, score), asked, prompts)
