"""Train the tokenizer of lines in TiTok's layout, with alpha: ``python -m nodes.training.titok --minutes 60 --export``.

Codes stand from the beginning: the corners of a cube in the unit sphere, a bit a channel (Zhao et al. 2024, "Image and video tokenization
with binary spherical quantization").

Half of the steps cut the lines after a random token, so that the first tokens carry the most (nested dropout, Rippel et al. 2014, as in
Miwa et al. 2025, "One-D-Piece"): a line may be cut anywhere, and more tokens show more.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.titok import TiTok, TiTokConfig
from nodes.training.alignment import CLASSES
from nodes.training.autoencoder import held_out, premultiplied, psnr
from nodes.training.export import Export, export
from nodes.training.loop import Trainer, arguments
from nodes.training.tokenizing import Coded, towards, train

BITS = 16
"""Of a token."""
FREE = 0.3
"""Share of the training before tokens are quantized and lines are cut: to carry a picture in a line at all is learned slowly."""
LENGTHS = (4, 8, 16, 32)
"""Where lines are cut; few lengths, since a compiled step is compiled for each."""


def main() -> None:
    parser = arguments(__doc__ or "", minutes=60, batch=48, steps=100_000)
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--depth", type=int, default=3, help="blocks of the encoder, and of the decoder")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    width, depth, heads = options.width, options.depth, max(1, options.width // 64)
    c = TiTokConfig(options.tokens, BITS, 2**BITS, True, 16, 64, width, depth, heads, width, depth, heads, pixels=4)
    model = TiTok(c)
    _start(model)
    namer = nn.Sequential(nn.Conv2d(width, CLASSES, 1), nn.Upsample(scale_factor=2))
    trainer = Trainer("titok", options, {"titok": model}, {"namer": namer}, rate=1e-3, matrix_rate=0.02, average=0.998)

    def through(pixels: Tensor, kept: int, free: bool) -> Coded:
        vectors = F.normalize(model.latent(pixels)[:, :, 0].transpose(1, 2).float(), dim=-1)
        codes, commitment = towards(vectors, vectors.detach().sign() / c.token_width**0.5, free)
        cells = model.decoder.cells(codes[:, : kept or None].transpose(1, 2)[:, :, None])
        return Coded(model.decoder.shown(cells), namer(cells), commitment)

    def rebuilt(pixels: Tensor) -> tuple[Tensor, Tensor]:
        ids = model.encode(pixels)
        return model.decode(ids).clamp(0, 1), ids

    figures = train(trainer, through, rebuilt, free=FREE, lengths=LENGTHS)
    figures |= trainer.with_average(lambda: dial(trainer, model))
    trainer.log(**figures)
    if options.export:
        export(trainer, "titok", Export("titok", "titok", c, "psnr"), "titok", figures)


def dial(trainer: Trainer, model: TiTok) -> dict[str, float]:
    """Peak signal-to-noise ratio of 64 held-out scenes by the number of tokens."""
    true = premultiplied(held_out(64, trainer.device).rgba)
    ids = model.encode(true)
    lengths = (*(length for length in LENGTHS if length < model.config.tokens), model.config.tokens)
    return {f"psnr_{length}": float(psnr(model.decode(ids[:, :length]), true)) for length in lengths}


@torch.no_grad()
def _start(model: TiTok) -> None:
    """A line begins as what stands in the patches, in an order of ever finer grids: each token has the place of its patch, and looks there
    first. Places differ as much as what stands there, so that the decoder tells tokens apart from the first step on.
    """
    for name, parameter in model.named_parameters():
        if "embedding" in name or "token" in name:
            nn.init.normal_(parameter, std=1.0 if "positional" in name else 0.02)
    for half in (model.encoder, model.decoder):
        places = half.positional_embedding[1:]
        half.latent_token_positional_embedding.copy_(places[finer(model.config.side)][: model.config.tokens])
        for block in half.transformer:
            query, key, _ = block.attn.in_proj_weight.chunk(3)
            nn.init.eye_(query)
            nn.init.eye_(key)
    bits = model.config.token_width
    signs = torch.arange(2**bits)[:, None] >> torch.arange(bits) & 1
    model.quantize["embedding"].weight.copy_((2 * signs - 1) / bits**0.5).requires_grad_(False)


def finer(side: int) -> Tensor:
    """The places of a square grid, (side²,), so that the first 4, 16, … of them are a grid too; the side is a power of two (Bayer 1973)."""
    rank = torch.zeros(1, 1, dtype=torch.long)
    while len(rank) < side:
        rank = torch.cat([torch.cat([4 * rank, 4 * rank + 2], 1), torch.cat([4 * rank + 3, 4 * rank + 1], 1)])
    return rank.flatten().argsort()


if __name__ == "__main__":
    main()
