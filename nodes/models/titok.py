"""TiTok and TA-TiTok: a picture as a short line of tokens that stand for no place.

Yu et al. 2024, "An image is worth 32 tokens for reconstruction and generation"; Kim et al. 2025, "Democratizing text-to-image masked
generative models with compact text-aware one-dimensional tokens", for the text in the decoder and the Gaussian tokens. Keys as published.

Letters: n latent tokens, w width, C channels of a token, P patches. One-D-Piece (Miwa et al. 2025) shares the layout: a line
cut after any token decodes.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.convolutions import GROUPS, nearest
from nodes.models.maskgit_vq import MaskGitDecoder, decoder_sizes
from nodes.models.shapes import Shapes, count, has


@dataclass(frozen=True)
class TiTokConfig:
    """Sizes; what is None is not there.

    Attributes:
        codebook: number of codes; None = tokens are Gaussian.
        normalized: tokens and codes of unit length.
        proxy_codes: the first models predict the ids of a MaskGIT tokenizer, whose decoder (``pixel_…``) then makes the pixels.
        text_width: of the text features that the decoder of TA-TiTok reads.
    """

    tokens: int = 32
    token_width: int = 12
    codebook: int | None = 4096
    normalized: bool = True
    patch: int = 16
    patches: int = 256
    encoder_width: int = 1024
    encoder_depth: int = 24
    encoder_heads: int = 16
    decoder_width: int = 1024
    decoder_depth: int = 24
    decoder_heads: int = 16
    ratio: int = 4
    proxy_codes: int | None = None
    proxy_hidden: int | None = None
    pixel_channels: int | None = None
    pixel_multipliers: tuple[int, ...] = ()
    pixel_blocks: int | None = None
    pixel_width: int | None = None
    text_width: int | None = None
    text_length: int | None = None
    groups: int = GROUPS
    pixels: int = 3  # channels: the published models have 3, with alpha there are 4

    @property
    def side(self) -> int:
        """Rows and columns of patches."""
        return round(self.patches**0.5)

    @property
    def legacy(self) -> bool:
        return self.proxy_codes is not None

    @classmethod
    def of(cls, shapes: Shapes) -> TiTokConfig | None:
        if not has(shapes, "latent_tokens", "encoder.patch_embed.weight", "decoder.decoder_embed.weight"):
            return None
        tokens, encoder_width = shapes["latent_tokens"]
        decoder_width, token_width = shapes["decoder.decoder_embed.weight"]
        text = shapes.get("decoder.text_guidance_proj.weight", (None, None))
        return cls(
            tokens=tokens,
            token_width=token_width,
            codebook=shapes.get("quantize.embedding.weight", (None,))[0],
            normalized="decoder.ffn.2.weight" in shapes,  # of the published models, just those with proxy codes
            patch=shapes["encoder.patch_embed.weight"][2],
            patches=shapes["encoder.positional_embedding"][0] - 1,
            encoder_width=encoder_width,
            encoder_depth=count(shapes, "encoder.transformer."),
            encoder_heads=max(1, encoder_width // 64),
            decoder_width=decoder_width,
            decoder_depth=count(shapes, "decoder.transformer."),
            decoder_heads=max(1, decoder_width // 64),
            ratio=shapes["encoder.transformer.0.mlp.c_fc.weight"][0] // encoder_width,
            text_width=text[1],
            text_length=shapes.get("decoder.text_guidance_positional_embedding", (None,))[0],
            pixels=shapes["encoder.patch_embed.weight"][1],
            **_proxy_sizes(shapes),
        )


def _proxy_sizes(shapes: Shapes) -> dict[str, object]:
    if "decoder.ffn.2.weight" not in shapes:
        return {}
    pixel = decoder_sizes(shapes, "pixel_decoder.")
    return {
        "proxy_codes": shapes["decoder.ffn.2.weight"][0],
        "proxy_hidden": shapes["decoder.ffn.0.weight"][0],
        "pixel_channels": pixel["channels"],
        "pixel_multipliers": pixel["multipliers"],
        "pixel_blocks": pixel["blocks"],
        "pixel_width": pixel["code_width"],
    }


class _Block(nn.Module):
    """A block of ViT in the names of CLIP."""

    def __init__(self, width: int, heads: int, ratio: int) -> None:
        super().__init__()
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attn = nn.MultiheadAttention(width, heads, batch_first=True)
        self.mlp = nn.ModuleDict({"c_fc": nn.Linear(width, ratio * width), "c_proj": nn.Linear(ratio * width, width)})
        self.heads = heads

    def forward(self, x: Tensor) -> Tensor:
        parts = F.linear(self.ln_1(x), self.attn.in_proj_weight, self.attn.in_proj_bias).unflatten(-1, (3, self.heads, -1))
        q, k, v = parts.permute(2, 0, 3, 1, 4).unbind(0)  # each (batch, heads, length, head width)
        x = x + self.attn.out_proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))
        return x + self.mlp["c_proj"](F.gelu(self.mlp["c_fc"](self.ln_2(x))))


class _Transformer(nn.Module):
    """Blocks over [class token, P patches or masks, latent tokens, text]; the positions of each part are its own."""

    def __init__(self, width: int, depth: int, heads: int, ratio: int, patches: int, tokens: int) -> None:
        super().__init__()
        self.class_embedding = nn.Parameter(torch.zeros(1, width))
        self.positional_embedding = nn.Parameter(torch.zeros(patches + 1, width))
        self.latent_token_positional_embedding = nn.Parameter(torch.zeros(tokens, width))
        self.ln_pre, self.ln_post = nn.LayerNorm(width), nn.LayerNorm(width)
        self.transformer = nn.ModuleList(_Block(width, heads, ratio) for _ in range(depth))

    def mixed(self, cells: Tensor, latents: Tensor, text: Tensor | None = None) -> Tensor:
        """The sequence after all blocks; cells (batch, P, w), latents (batch, n or fewer, w)."""
        cells = torch.cat([self.class_embedding.expand(len(cells), 1, -1), cells], 1) + self.positional_embedding
        latents = latents + self.latent_token_positional_embedding[: latents.shape[1]]
        x = self.ln_pre(torch.cat([cells, latents] if text is None else [cells, latents, text], 1))
        for block in self.transformer:
            x = block(x)
        return x


class _Encoder(_Transformer):
    def __init__(self, c: TiTokConfig) -> None:
        super().__init__(c.encoder_width, c.encoder_depth, c.encoder_heads, c.ratio, c.patches, c.tokens)
        self.legacy = c.legacy
        self.patch_embed = nn.Conv2d(c.pixels, c.encoder_width, c.patch, c.patch)
        self.conv_out = nn.Conv2d(c.encoder_width, c.token_width * (1 if c.codebook else 2), 1)

    def forward(self, pixels: Tensor, latents: Tensor) -> Tensor:
        """(batch, C, 1, n), or (batch, 2·C, 1, n) of Gaussian tokens."""
        cells = self.patch_embed(pixels).flatten(2).transpose(1, 2)
        x = self.ln_post(self.mixed(cells, latents.expand(len(pixels), -1, -1))[:, -len(latents) :])  # (batch, n, w)
        if self.legacy:
            # The first models were trained on a view that mixes both axes where a transpose was meant.
            return self.conv_out(x.reshape(len(x), x.shape[2], x.shape[1], 1)).transpose(2, 3)
        return self.conv_out(x.transpose(1, 2)[:, :, None])


class _Decoder(_Transformer):
    def __init__(self, c: TiTokConfig) -> None:
        super().__init__(c.decoder_width, c.decoder_depth, c.decoder_heads, c.ratio, c.patches, c.tokens)
        self.side, self.patch = c.side, c.patch
        self.mask_token = nn.Parameter(torch.zeros(1, 1, c.decoder_width))
        self.decoder_embed = nn.Linear(c.token_width, c.decoder_width)
        if c.text_width:
            self.text_guidance_proj = nn.Linear(c.text_width, c.decoder_width)
            self.text_guidance_positional_embedding = nn.Parameter(torch.zeros(c.text_length, c.decoder_width))
        if c.legacy:
            first, last = nn.Conv2d(c.decoder_width, c.proxy_hidden, 1), nn.Conv2d(c.proxy_hidden, c.proxy_codes, 1)
            self.ffn = nn.Sequential(first, nn.Tanh(), last)
        else:
            self.ffn = nn.Sequential(nn.Conv2d(c.decoder_width, c.pixels * c.patch**2, 1))
            self.conv_out = nn.Conv2d(c.pixels, c.pixels, 3, padding=1)

    def forward(self, latents: Tensor, text: Tensor | None = None) -> Tensor:
        """Tokens (batch, C, 1, n or fewer) to pixels, or to logits (batch, proxy codes, side, side)."""
        return self.shown(self.cells(latents, text))

    def cells(self, latents: Tensor, text: Tensor | None = None) -> Tensor:
        """What the blocks make of the patches: (batch, w, side, side)."""
        x = self.decoder_embed(latents[:, :, 0].transpose(1, 2))
        if text is not None:
            text = self.text_guidance_proj(text) + self.text_guidance_positional_embedding[: text.shape[1]]
        masks = self.mask_token.expand(len(x), self.side**2, -1)
        x = self.ln_post(self.mixed(masks, x, text)[:, 1 : 1 + self.side**2])
        return x.transpose(1, 2).unflatten(2, (self.side, self.side))

    def shown(self, cells: Tensor) -> Tensor:
        x = self.ffn(cells)
        if not hasattr(self, "conv_out"):
            return x
        # Within a patch the values lie (row, column, channel); pixel_shuffle wants (channel, row, column).
        x = x.unflatten(1, (self.patch**2, -1)).transpose(1, 2).flatten(1, 2)
        return self.conv_out(F.pixel_shuffle(x, self.patch))


class TiTok(nn.Module):
    def __init__(self, config: TiTokConfig | None = None) -> None:
        super().__init__()
        self.config = c = config or TiTokConfig()
        self.latent_tokens = nn.Parameter(torch.zeros(c.tokens, c.encoder_width))
        self.encoder, self.decoder = _Encoder(c), _Decoder(c)
        if c.codebook:
            self.quantize = nn.ModuleDict({"embedding": nn.Embedding(c.codebook, c.token_width)})
        if c.legacy:
            self.pixel_quantize = nn.ModuleDict({"embedding": nn.Embedding(c.proxy_codes, c.pixel_width)})
            self.pixel_decoder = MaskGitDecoder(c.pixel_channels, c.pixel_multipliers, c.pixel_blocks, c.pixel_width, c.groups)

    def codebook(self) -> Tensor:
        rows = self.quantize["embedding"].weight
        return F.normalize(rows, dim=-1) if self.config.normalized else rows

    def latent(self, pixels: Tensor) -> Tensor:
        """Pixels (batch, channels, height, width) in 0 to 1 to what is quantized (batch, C, 1, n)."""
        return self.encoder(pixels, self.latent_tokens)

    def encode(self, pixels: Tensor) -> Tensor:
        """Pixels in 0 to 1 to ids (batch, n)."""
        z = self.latent(pixels)[:, :, 0].transpose(1, 2)
        return nearest(F.normalize(z, dim=-1) if self.config.normalized else z, self.codebook())

    def moments(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance (batch, C, 1, n) of Gaussian tokens."""
        mean, log_variance = self.latent(pixels).chunk(2, 1)
        return mean, log_variance.clamp(-30, 20)

    def embedded(self, ids: Tensor) -> Tensor:
        """Ids (batch, n or fewer) to codes (batch, C, 1, n or fewer)."""
        return F.embedding(ids, self.codebook()).transpose(1, 2)[:, :, None]

    def pixels(self, latents: Tensor, text: Tensor | None = None) -> Tensor:
        """Codes or Gaussian tokens to pixels about 0 to 1, not clamped.

        ``text`` (batch, words, text width): features for TA-TiTok.
        """
        x = self.decoder(latents, text)
        if not self.config.legacy:
            return x
        # The mean code under the logits, not the likeliest one.
        expected = x.softmax(1).movedim(1, -1) @ self.pixel_quantize["embedding"].weight
        return self.pixel_decoder(expected.movedim(-1, 1))

    def decode(self, ids: Tensor, text: Tensor | None = None) -> Tensor:
        """Ids (batch, n or fewer) to pixels about 0 to 1, not clamped."""
        return self.pixels(self.embedded(ids), text)
