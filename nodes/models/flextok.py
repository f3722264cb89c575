"""FlexTok: a picture as up to 256 tokens, the first ones most telling, drawn back by a flow model that they condition.

Bachmann et al. 2025, "FlexTok: resampling images into 1D token sequences of flexible length". Keys as published; works on the
latents of the autoencoder that the published files bring along below ``vae.vae.``.

Letters: P patches of the latent, R registers, one a token; the norms are without learned parameters.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.blocks import modulated, time_waves
from nodes.models.convolutions import GROUPS
from nodes.models.diffusers_autoencoder import DiffusersAutoencoder, DiffusersAutoencoderConfig
from nodes.models.shapes import Shapes, count, has

LEVELS = (8, 8, 8, 5, 5, 5)
PERIOD = 256.0
VAE = "vae.vae."


@dataclass(frozen=True)
class FlexTokConfig:
    """Sizes; ``levels`` are the steps of each value of a token, ``last_time`` what the time of pure noise is called inside.

    ``vae_widths`` and what follows are of the autoencoder, whose latents times ``latent_scale`` are encoded; empty where the file lacks it.
    """

    channels: int = 16
    patch: int = 2
    side: int = 16
    registers: int = 256
    encoder_width: int = 768
    encoder_depth: int = 12
    encoder_hidden: int = 2048
    decoder_width: int = 768
    decoder_depth: int = 12
    decoder_hidden: int = 2048
    head_width: int = 64
    levels: tuple[int, ...] = LEVELS
    waves: int = 32
    last_time: float = 1.0
    vae_widths: tuple[int, ...] = ()
    vae_blocks: int = 2
    vae_quantized: bool = True
    vae_groups: int = GROUPS
    latent_scale: float = 0.18215

    @property
    def picture_side(self) -> int:
        """In pixels, of the pictures that the autoencoder and the tokens stand for."""
        return self.side * self.patch * 2 ** max(0, len(self.vae_widths) - 1)

    @property
    def autoencoder(self) -> DiffusersAutoencoderConfig:
        return DiffusersAutoencoderConfig(
            self.vae_widths, self.vae_blocks, self.channels, self.vae_quantized, groups=self.vae_groups, scale=self.latent_scale
        )

    @property
    def codebook(self) -> int:
        return prod(self.levels)

    @classmethod
    def of(cls, shapes: Shapes) -> FlexTokConfig | None:
        inside = {name.replace("module_dict.", ""): shape for name, shape in shapes.items()}
        if not has(inside, "encoder.enc_register_module.registers", "decoder.dec_nested_dropout.dropout_mask_token"):
            return None
        patch = cls.patch
        vae = DiffusersAutoencoderConfig.of({name.removeprefix(VAE): shape for name, shape in shapes.items() if name.startswith(VAE)})
        encoder_width, values = inside["encoder.enc_patch_emb.patch_proj.weight"]
        decoder_width, width = inside["decoder.dec_from_latents.proj.weight"]
        return cls(
            values // patch**2,
            patch,
            inside["encoder.enc_posemb_module.posembs"][2],
            inside["encoder.enc_register_module.registers"][0],
            encoder_width,
            count(inside, "encoder.enc_transformer.blocks."),
            inside["encoder.enc_transformer.blocks.0.mlp.fc1.weight"][0],
            decoder_width,
            count(inside, "decoder.dec_transformer.blocks."),
            inside["decoder.dec_transformer.blocks.0.mlp.fc1.weight"][0],
            levels=LEVELS if width == len(LEVELS) else (),  # no shape tells other ones
            waves=inside["decoder.dec_time_embedder.mlp.0.weight"][1],
            vae_widths=vae.widths if vae else (),
            vae_blocks=vae.blocks if vae else cls.vae_blocks,
            vae_quantized=vae.quantized if vae else cls.vae_quantized,
        )


def _normed(x: Tensor) -> Tensor:
    return F.layer_norm(x, x.shape[-1:])


class _Attention(nn.Module):
    def __init__(self, width: int, head_width: int) -> None:
        super().__init__()
        self.head_width = head_width
        self.wq, self.wk, self.wv, self.proj = (nn.Linear(width, width, bias=False) for _ in range(4))

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        q, k, v = (part(x).unflatten(-1, (-1, self.head_width)).transpose(1, 2) for part in (self.wq, self.wk, self.wv))
        # 8 / head width instead of its root, so that one learning rate serves all widths (Yang et al. 2022, "μP").
        mixed = F.scaled_dot_product_attention(_normed(q), _normed(k), v, attn_mask=mask, scale=8 / self.head_width)
        return self.proj(mixed.transpose(1, 2).flatten(2))


class _FeedForward(nn.Module):
    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.fc1, self.fc3 = nn.Linear(width, hidden, bias=False), nn.Linear(width, hidden, bias=False)
        self.fc2 = nn.Linear(hidden, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(F.silu(self.fc1(x)) * self.fc3(x))


class _Block(nn.Module):
    def __init__(self, width: int, hidden: int, head_width: int) -> None:
        super().__init__()
        self.attn, self.mlp = _Attention(width, head_width), _FeedForward(width, hidden)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        x = x + self.attn(_normed(x), mask)
        return x + self.mlp(_normed(x))


class _TimedBlock(_Block):
    """Patches and registers are modulated each in their own way."""

    def __init__(self, width: int, hidden: int, head_width: int) -> None:
        super().__init__(width, hidden, head_width)
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(width, 12 * width))

    def forward(self, x: Tensor, time: Tensor, patches: int) -> Tensor:
        both = self.adaLN_modulation(time).unflatten(-1, (2, 1, -1))  # (batch, 2, 1, 6·width)
        many = (patches, x.shape[1] - patches)
        parts = torch.cat([part.expand(-1, count, -1) for part, count in zip(both.unbind(1), many, strict=True)], 1)
        gate_1, gate_2, shift_1, scale_1, shift_2, scale_2 = parts.chunk(6, -1)
        x = x + gate_1 * self.attn(modulated(_normed(x), shift_1, scale_1), None)
        return x + gate_2 * self.mlp(modulated(_normed(x), shift_2, scale_2))


def _named(**modules: nn.Module) -> nn.ModuleDict:
    return nn.ModuleDict({"module_dict": nn.ModuleDict(modules)})


class _Table(nn.Module):
    """One tensor under a name."""

    def __init__(self, name: str, *shape: int) -> None:
        super().__init__()
        self.register_parameter(name, nn.Parameter(torch.zeros(shape)))


class _Head(nn.Module):
    def __init__(self, width: int, out: int) -> None:
        super().__init__()
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(width, 2 * width))
        self.proj = nn.Linear(width, out)

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        shift, scale = self.adaLN_modulation(time)[:, None].chunk(2, -1)
        return self.proj(modulated(_normed(x), shift, scale))


class FlexTok(nn.Module):
    def __init__(self, config: FlexTokConfig | None = None) -> None:
        super().__init__()
        self.config = c = config or FlexTokConfig()
        values, wide, narrow = c.channels * c.patch**2, c.decoder_width, c.encoder_width
        if c.vae_widths:
            self.vae = nn.ModuleDict({"vae": DiffusersAutoencoder(c.autoencoder)})
        blocks = nn.ModuleList(_Block(narrow, c.encoder_hidden, c.head_width) for _ in range(c.encoder_depth))
        self.encoder = _named(
            enc_patch_emb=nn.ModuleDict({"patch_proj": nn.Linear(values, narrow)}),
            enc_posemb_module=_Table("posembs", 1, narrow, c.side, c.side),
            enc_register_module=_Table("registers", c.registers, narrow),
            enc_transformer=nn.ModuleDict({"blocks": blocks}),
            enc_to_latents=nn.ModuleDict({"proj": nn.Linear(narrow, len(c.levels))}),
        )
        timed = nn.ModuleList(_TimedBlock(wide, c.decoder_hidden, c.head_width) for _ in range(c.decoder_depth))
        self.decoder = _named(
            dec_from_latents=nn.ModuleDict({"proj": nn.Linear(len(c.levels), wide)}),
            dec_registers_posemb_module=_Table("posembs", 1, 1, wide, c.registers),
            dec_nested_dropout=_Table("dropout_mask_token", wide),
            dec_latent_dropout=_Table("nullcond", wide),
            dec_noise_patch_emb=nn.ModuleDict({"patch_proj": nn.Linear(values, wide)}),
            dec_patches_posemb_module=_Table("posembs", 1, wide, c.side, c.side),
            dec_time_embedder=nn.ModuleDict({"mlp": nn.Sequential(nn.Linear(c.waves, wide), nn.SiLU(), nn.Linear(wide, wide))}),
            dec_transformer=nn.ModuleDict({"blocks": timed}),
            dec_to_patches=_Head(wide, values),
        )

    def _patches(self, latent: Tensor) -> Tensor:
        """(batch, channels, 2·side, 2·side) to (batch, P, patch²·channels), channel last."""
        cells = F.pixel_unshuffle(latent, self.config.patch).flatten(2).transpose(1, 2)
        return cells.unflatten(2, (self.config.channels, -1)).transpose(2, 3).flatten(2)

    def latent(self, pixels: Tensor) -> Tensor:
        """Pixels (batch, 3, side, side) in −1 to 1 to the latents that are encoded: the mean, nothing is drawn."""
        return self.vae["vae"].moments(pixels)[0] * self.config.latent_scale

    def pixels(self, latent: Tensor) -> Tensor:
        """The way back, not clamped."""
        return self.vae["vae"].decode(latent / self.config.latent_scale)

    def registers(self, latent: Tensor) -> Tensor:
        """What is rounded to tokens: (batch, R, values of a token) of latents (batch, channels, rows, columns)."""
        parts = self.encoder["module_dict"]
        x = parts["enc_patch_emb"]["patch_proj"](self._patches(latent)) + parts["enc_posemb_module"].posembs.flatten(2).transpose(1, 2)
        many = x.shape[1]
        x = torch.cat([x, parts["enc_register_module"].registers.expand(len(x), -1, -1)], 1)
        # Patches see patches; a register sees all patches and the registers up to itself.
        mask = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool, device=x.device).tril()
        mask[:, :many] = True
        for block in parts["enc_transformer"]["blocks"]:
            x = block(x, mask)
        return parts["enc_to_latents"]["proj"](_normed(x[:, many:]))

    def _digits(self, z: Tensor) -> Tensor:
        """Mentzer et al. 2023, "Finite scalar quantization": each value bounded, then rounded to one of its levels, counted from 0."""
        levels = torch.tensor(self.config.levels, device=z.device)
        half, offset = (levels - 1) * (1 + 1e-3) / 2, (levels % 2 == 0) / 2
        return (torch.tanh(z + torch.atanh(offset / half)) * half - offset).round().long() + levels // 2

    def encode(self, latent: Tensor) -> Tensor:
        """Latents to ids (batch, R)."""
        return (self._digits(self.registers(latent)) * self._places(latent.device)).sum(-1)

    def _places(self, device: torch.device) -> Tensor:
        """What a step of each value counts in an id; the first value counts least."""
        levels = torch.tensor((1, *self.config.levels[:-1]), device=device)
        return levels.cumprod(0)

    def embedded(self, ids: Tensor) -> Tensor:
        """Ids (batch, some) to codes (batch, some, values of a token) within −1 to 1."""
        levels = torch.tensor(self.config.levels, device=ids.device)
        return (ids[..., None] // self._places(ids.device) % levels - levels // 2) / (levels // 2)

    def condition(self, codes: Tensor, known: Tensor | None = None) -> Tensor:
        """What the flow model is told: (batch, R, decoder width).

        Args:
            codes: (batch, R or fewer, values of a token), the first ones of the line.
            known: (batch,) how many of them count; the others are as if they were missing.
        """
        parts = self.decoder["module_dict"]
        told = parts["dec_from_latents"]["proj"](F.pad(codes, (0, 0, 0, self.config.registers - codes.shape[1])))
        known = torch.full((len(codes),), codes.shape[1], device=codes.device) if known is None else known
        there = torch.arange(self.config.registers, device=codes.device) < known[:, None]
        told = told + parts["dec_registers_posemb_module"].posembs[0].transpose(1, 2)
        return torch.where(there[..., None], told, parts["dec_nested_dropout"].dropout_mask_token)

    def unconditional(self, batch: int) -> Tensor:
        """What it is told for the other half of classifier-free guidance."""
        return self.decoder["module_dict"]["dec_latent_dropout"].nullcond.expand(batch, self.config.registers, -1)

    def forward(self, x: Tensor, sigma: Tensor, told: Tensor) -> Tensor:
        """The velocity ``noise − data``.

        Args:
            x: noisy latents ``(1 − σ)·data + σ·noise`` (batch, channels, rows, columns).
            sigma: (batch,) in 0 (data) to 1 (noise).
            told: from `condition` or `unconditional`.
        """
        parts = self.decoder["module_dict"]
        time = parts["dec_time_embedder"]["mlp"](time_waves(sigma * 1000 / self.config.last_time, self.config.waves, PERIOD))
        cells = parts["dec_noise_patch_emb"]["patch_proj"](self._patches(x))
        cells = cells + parts["dec_patches_posemb_module"].posembs.flatten(2).transpose(1, 2)
        stream, many = torch.cat([cells, told], 1), cells.shape[1]
        for block in parts["dec_transformer"]["blocks"]:
            stream = block(stream, time, many)
        made = parts["dec_to_patches"](stream[:, :many], time)
        made = made.unflatten(2, (-1, self.config.channels)).transpose(2, 3).flatten(2)
        side = self.config.side
        return F.pixel_shuffle(made.transpose(1, 2).unflatten(2, (side, side)), self.config.patch)
