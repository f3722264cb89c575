"""Train the tokenizer of lines in TiTok's layout, with alpha: ``python -m nodes.training.titok --minutes 60 --export``.

Half of the steps cut the lines after a random token, so that the first tokens carry the most (nested dropout, Rippel et al. 2014, as in
Miwa et al. 2025, "One-D-Piece"): a line may be cut anywhere, and more tokens show more.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.titok import TiTok, TiTokConfig
from nodes.training.autoencoder import CLASSES, held_out, premultiplied, psnr
from nodes.training.export import Export, export
from nodes.training.loop import Trainer, arguments
from nodes.training.tokenizing import Coded, towards, train

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
    c = TiTokConfig(options.tokens, 12, 4096, True, 16, 64, width, depth, heads, width, depth, heads, pixels=4)
    model = TiTok(c)
    _start(model)
    namer = nn.Sequential(nn.Conv2d(width, CLASSES, 1), nn.Upsample(scale_factor=2))
    trainer = Trainer("titok", options, {"titok": model}, {"namer": namer}, rate=1e-3, matrix_rate=0.02, average=0.998)

    def through(pixels: Tensor, kept: int, free: bool) -> Coded:
        vectors = F.normalize(model.latent(pixels)[:, :, 0].transpose(1, 2).float(), dim=-1)
        codebook = model.codebook().float()
        ids = (vectors.detach() @ codebook.detach().T).argmax(-1)
        codes, commitment = towards(vectors, F.embedding(ids, codebook), free)
        cells = model.decoder.cells(codes[:, : kept or None].transpose(1, 2)[:, :, None])
        return Coded(model.decoder.shown(cells), namer(cells), commitment, ids, vectors)

    def rebuilt(pixels: Tensor) -> tuple[Tensor, Tensor]:
        ids = model.encode(pixels)
        return model.decode(ids).clamp(0, 1), ids

    figures = train(trainer, through, rebuilt, model.quantize["embedding"].weight.data, lengths=LENGTHS)
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


def _start(model: TiTok) -> None:
    """Small random numbers for what the layout has as bare parameters."""
    for name, parameter in model.named_parameters():
        if "embedding" in name or "token" in name:
            nn.init.normal_(parameter, std=0.02)
    nn.init.normal_(model.quantize["embedding"].weight)


if __name__ == "__main__":
    main()
