"""The VQ tokenizer of aMUSEd in the names of diffusers, which Meissonic has too: no attention, pixels in 0 to 1.

Patil et al. 2024, "aMUSEd: an open MUSE reproduction", section 3; Esser et al. 2021, "Taming transformers", section 3.1.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from nodes.models.convolutions import GROUPS, nearest
from nodes.models.diffusers_autoencoder import HALVES, DiffusersDecoder, DiffusersEncoder, encoder_sizes
from nodes.models.shapes import Shapes, has


@dataclass(frozen=True)
class DiffusersVqConfig:
    """Sizes; ``widths`` are the channels of each level, the finest first."""

    widths: tuple[int, ...] = (128, 256, 256, 512, 768)
    blocks: int = 2
    latent_channels: int = 64
    codebook: int = 8192
    code_width: int = 64
    groups: int = GROUPS

    @property
    def downscale(self) -> int:
        return 2 ** (len(self.widths) - 1)

    @classmethod
    def of(cls, shapes: Shapes) -> DiffusersVqConfig | None:
        if not has(shapes, *HALVES, "quantize.embedding.weight") or any(key.startswith("encoder.mid_block.attentions.") for key in shapes):
            return None
        return cls(*encoder_sizes(shapes), shapes["decoder.conv_in.weight"][1], *shapes["quantize.embedding.weight"])


class DiffusersVq(nn.Module):
    def __init__(self, config: DiffusersVqConfig | None = None) -> None:
        super().__init__()
        self.config = c = config or DiffusersVqConfig()
        self.encoder = DiffusersEncoder(c.widths, c.blocks, c.latent_channels, c.groups, None)
        self.decoder = DiffusersDecoder(c.widths, c.blocks, c.latent_channels, c.groups, None)
        self.quant_conv = nn.Conv2d(c.latent_channels, c.code_width, 1)
        self.post_quant_conv = nn.Conv2d(c.code_width, c.latent_channels, 1)
        self.quantize = nn.ModuleDict({"embedding": nn.Embedding(c.codebook, c.code_width)})

    def encode(self, pixels: Tensor) -> Tensor:
        """Pixels (batch, 3, height, width) in 0 to 1 to ids (batch, rows, columns)."""
        return nearest(self.quant_conv(self.encoder(pixels)).movedim(1, -1), self.quantize["embedding"].weight)

    def decode(self, ids: Tensor) -> Tensor:
        """Ids (batch, rows, columns) to pixels (batch, 3, height, width), clamped to 0 to 1."""
        return self.decoder(self.post_quant_conv(self.quantize["embedding"](ids).movedim(-1, 1))).clamp(0, 1)
