"""MaskBit: tokens that are their own bits: a tokenizer without a codebook, and a masked transformer over groups of bits.

Weber et al. 2024, "MaskBit: embedding-free image generation via bit tokens"; lookup-free quantization after Yu et al. 2023 ("MAGVIT-v2").
Keys as published. The convolutional blocks are those of `maskgit_vq`.

Letters: m groups of bits of a token, each an id of its own. Ids of groups lie as (token 0 group 0, token 0 group 1, …, token 1 group 0, …).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.convolutions import GROUPS, group_norm
from nodes.models.maskgit_vq import MaskGitBlock
from nodes.models.shapes import Shapes, count, has


def _powers(bits: int, device: torch.device) -> Tensor:
    return 2 ** torch.arange(bits, device=device)


def to_bits(ids: Tensor, bits: int) -> Tensor:
    """Ids (…) to their bits (…, bits) as −1 and 1, the lowest first."""
    return ((ids[..., None] & _powers(bits, ids.device)) != 0).float() * 2 - 1


@dataclass(frozen=True)
class MaskBitVqConfig:
    """Sizes; ``strided``: resolution is halved by a convolution, else by pooling."""

    channels: int = 128
    multipliers: tuple[int, ...] = (1, 1, 2, 2, 4)
    blocks: int = 2
    decoder_blocks: int = 2
    bits: int = 14
    strided: bool = True
    groups: int = GROUPS

    @property
    def downscale(self) -> int:
        return 2 ** (len(self.multipliers) - 1)

    @property
    def codebook(self) -> int:
        return 2**self.bits

    @classmethod
    def of(cls, shapes: Shapes) -> MaskBitVqConfig | None:
        if not has(shapes, "encoder.down.0.res_blocks.", "decoder.up.0.res_blocks.") or has(shapes, "quantize.embedding.weight"):
            return None
        channels = shapes["encoder.conv_in.weight"][0]
        return cls(
            channels,
            tuple(shapes[f"encoder.down.{i}.res_blocks.0.conv1.weight"][0] // channels for i in range(count(shapes, "encoder.down."))),
            count(shapes, "encoder.down.0.res_blocks."),
            count(shapes, "decoder.up.0.res_blocks."),
            shapes["encoder.conv_out.weight"][0],
            "encoder.down.0.down_conv.weight" in shapes,
        )


class _Stage(nn.Module):
    """Blocks of one resolution; what changes it comes last."""

    def __init__(self, channels: int, out: int, blocks: int, groups: int, **resample: nn.Module) -> None:
        super().__init__()
        self.res_blocks = nn.Sequential(*(MaskGitBlock(out if i else channels, out, groups) for i in range(blocks)))
        self.resample = list(resample)
        for name, module in resample.items():
            self.add_module(name, module)

    def forward(self, x: Tensor) -> Tensor:
        x = self.res_blocks(x)
        if "upsample_conv" in self.resample:
            x = F.interpolate(x, scale_factor=2.0, mode="nearest")
        for name in self.resample:
            x = self.get_submodule(name)(x)
        return x


class _StridedConv(nn.Conv2d):
    """Half of an even side, padded at the right and at the bottom only."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(F.pad(x, (0, 1, 0, 1)))


class _Encoder(nn.Module):
    def __init__(self, c: MaskBitVqConfig) -> None:
        super().__init__()
        widths, last = [c.channels * multiplier for multiplier in (1, *c.multipliers)], len(c.multipliers) - 1
        self.conv_in = nn.Conv2d(3, c.channels, 3, padding=1, bias=False)
        self.down = nn.ModuleList()
        for i in range(last + 1):
            resample = (
                {"down_conv": _StridedConv(widths[i + 1], widths[i + 1], 3, stride=2) if c.strided else nn.AvgPool2d(2)} if i < last else {}
            )
            self.down.append(_Stage(widths[i], widths[i + 1], c.blocks, c.groups, **resample))
        self.mid = _Stage(widths[-1], widths[-1], c.blocks, c.groups)
        self.norm_out = group_norm(widths[-1], c.groups)
        self.conv_out = nn.Conv2d(widths[-1], c.bits, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv_in(x)
        for stage in self.down:
            x = stage(x)
        return self.conv_out(F.silu(self.norm_out(self.mid(x))))


class _Decoder(nn.Module):
    """Stage 0 is the coarsest."""

    def __init__(self, c: MaskBitVqConfig) -> None:
        super().__init__()
        widths = [c.channels * multiplier for multiplier in reversed((*c.multipliers, c.multipliers[-1]))]
        last = len(c.multipliers) - 1
        self.conv_in = nn.Conv2d(c.bits, widths[0], 3, padding=1)
        self.mid = _Stage(widths[0], widths[0], c.decoder_blocks, c.groups)
        self.up = nn.ModuleList()
        for i in range(last + 1):
            resample = {"upsample_conv": nn.Conv2d(widths[i + 1], widths[i + 1], 3, padding=1)} if i < last else {}
            self.up.append(_Stage(widths[i], widths[i + 1], c.decoder_blocks, c.groups, **resample))
        self.norm_out = group_norm(widths[-1], c.groups)
        self.conv_out = nn.Conv2d(widths[-1], 3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.mid(self.conv_in(x))
        for stage in self.up:
            x = stage(x)
        return self.conv_out(F.silu(self.norm_out(x)))


class MaskBitVq(nn.Module):
    def __init__(self, config: MaskBitVqConfig | None = None) -> None:
        super().__init__()
        self.config = c = config or MaskBitVqConfig()
        self.encoder, self.decoder = _Encoder(c), _Decoder(c)

    def encode(self, pixels: Tensor) -> Tensor:
        """Pixels (batch, 3, height, width) in 0 to 1 to ids (batch, rows, columns): bit i is whether channel i is above 0."""
        z = self.encoder(pixels).movedim(1, -1)
        return ((z > 0).long() * _powers(self.config.bits, z.device)).sum(-1)

    def decode(self, ids: Tensor) -> Tensor:
        """Ids (batch, rows, columns) to pixels (batch, 3, height, width) about 0 to 1, not clamped."""
        return self.decoder(to_bits(ids, self.config.bits).movedim(-1, 1))


@dataclass(frozen=True)
class MaskBitConfig:
    """Sizes; ``parts`` is m, ``before``: norms stand before the layers instead of behind them."""

    width: int = 1024
    depth: int = 24
    heads: int = 16
    hidden: int = 4096
    bits: int = 14
    parts: int = 2
    classes: int = 1000
    length: int = 256
    before: bool = False

    @property
    def part_bits(self) -> int:
        return self.bits // self.parts

    @classmethod
    def of(cls, shapes: Shapes) -> MaskBitConfig | None:
        if not has(shapes, "input_proj.weight", "prediction_layer.weight", "class_emb.weight", "transformer.layers.0.0.mha.in_proj_weight"):
            return None
        width, bits = shapes["input_proj.weight"]
        predicted = shapes["prediction_layer.weight"][0]
        return cls(
            width,
            count(shapes, "transformer.layers."),
            max(1, width // 64),
            shapes["transformer.layers.0.1.net.0.weight"][0],
            bits,
            next(parts for parts in range(1, bits + 1) if bits % parts == 0 and parts * 2 ** (bits // parts) == predicted),
            shapes["class_emb.weight"][0] - 1,
            shapes["pos_emb"][1] - 1,
            "norm_after_transformer.weight" in shapes,
        )


class _BitLayer(nn.ModuleList):
    """Attention and feed-forward, each with its norm."""

    def __init__(self, c: MaskBitConfig) -> None:
        attention = {"mha": nn.MultiheadAttention(c.width, c.heads, batch_first=True), "norm": nn.LayerNorm(c.width, 1e-12)}
        net = nn.Sequential(nn.Linear(c.width, c.hidden), nn.GELU(), nn.Linear(c.hidden, c.width))
        super().__init__([nn.ModuleDict(attention), nn.ModuleDict({"net": net, "norm": nn.LayerNorm(c.width, 1e-12)})])
        self.before = c.before

    def _attended(self, x: Tensor) -> Tensor:
        mha = self[0]["mha"]
        parts = F.linear(x, mha.in_proj_weight, mha.in_proj_bias).unflatten(-1, (3, mha.num_heads, -1))
        q, k, v = parts.permute(2, 0, 3, 1, 4).unbind(0)  # each (batch, heads, length, head width)
        return mha.out_proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))

    def forward(self, x: Tensor) -> Tensor:
        if self.before:
            x = x + self._attended(self[0]["norm"](x))
            return x + self[1]["net"](self[1]["norm"](x))
        x = self[0]["norm"](x + self._attended(x))
        return self[1]["norm"](x + self[1]["net"](x))


class MaskBit(nn.Module):
    def __init__(self, config: MaskBitConfig | None = None) -> None:
        super().__init__()
        self.config = c = config or MaskBitConfig()
        self.class_emb = nn.Embedding(c.classes + 1, c.width)  # the last row is no class
        self.input_proj = nn.Linear(c.bits, c.width)
        self.pos_emb = nn.Parameter(torch.zeros(1, c.length + 1, c.width))
        self.first_layer = nn.Sequential(nn.LayerNorm(c.width, 1e-12))
        self.transformer = nn.ModuleDict({"layers": nn.ModuleList(_BitLayer(c) for _ in range(c.depth))})
        if c.before:
            self.norm_after_transformer = nn.LayerNorm(c.width, 1e-12)
        self.last_layer = nn.Sequential(nn.Linear(c.width, c.width), nn.GELU(), nn.LayerNorm(c.width, 1e-12))
        self.prediction_layer = nn.Linear(c.width, c.parts * 2**c.part_bits)

    def forward(self, ids: Tensor, labels: Tensor) -> Tensor:
        """Logits of every group of bits.

        Args:
            ids: (batch, length·m) int64, −1 where masked: such bits are 0, neither −1 nor 1.
            labels: class numbers (batch,); ``classes`` stands for none.

        Returns:
            (batch, length·m, 2^(bits/m)) float32.
        """
        c = self.config
        bits = torch.where(ids[..., None] < 0, 0.0, to_bits(ids.clamp(min=0), c.part_bits))
        tokens = self.input_proj(bits.unflatten(1, (-1, c.parts)).flatten(2))
        x = self.first_layer(torch.cat([tokens, self.class_emb(labels)[:, None]], 1) + self.pos_emb)
        for layer in self.transformer["layers"]:
            x = layer(x)
        x = self.last_layer(self.norm_after_transformer(x) if c.before else x)
        return self.prediction_layer(x[:, : c.length]).unflatten(-1, (c.parts, -1)).flatten(1, 2).float()

    def joined(self, ids: Tensor) -> Tensor:
        """Ids of groups (batch, length·m) to ids of tokens (batch, length), as `MaskBitVq.decode` takes them."""
        shifts = self.config.part_bits * torch.arange(self.config.parts, device=ids.device)
        return (ids.unflatten(1, (-1, self.config.parts)) << shifts).sum(-1)


class MaskBitReader:
    """Predicts groups of bits that are not known; ``labels`` are one tensor (batch,) a prompt, the positive one first."""

    def __init__(self, model: MaskBit, labels: Sequence[Tensor]) -> None:
        self.model, self.labels = model, labels

    def __call__(self, ids: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
        """Logits (prompts, batch, asked, 2^(bits/m)) of ``ids`` (batch, length·m), −1 where unknown."""
        logits = self.model(ids.repeat(prompts, 1), torch.cat(list(self.labels[:prompts]))).unflatten(0, (prompts, -1))
        where = asked.expand(len(ids), -1)[None, :, :, None].expand(prompts, -1, -1, logits.shape[-1])
        return logits.gather(2, where)
