"""Train the multi-scale tokenizer in VAR's layout, with alpha: ``python -m nodes.training.multiscale_vq --minutes 60 --export``.

Token maps of growing size, each coding what the ones before left out (Tian et al. 2024, "Visual autoregressive modeling", algorithm 1); the
sum over the scales is pulled towards the features at every scale, and the features towards it.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from nodes.models.convolutions import nearest
from nodes.models.var_vqvae import VarVqvae, VarVqvaeConfig
from nodes.training.autoencoder import CLASSES
from nodes.training.export import Export, export
from nodes.training.loop import Trainer, arguments
from nodes.training.tokenizing import Coded, towards, train

SCALES = (1, 2, 4, 7, 11, 16)
"""Sides of the token maps at 128 pixels: each half as large again as the one before, 447 tokens in all."""


def main() -> None:
    parser = arguments(__doc__ or "", minutes=60, batch=12, steps=100_000)
    parser.add_argument("--channels", type=int, default=16)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    c = VarVqvaeConfig(options.channels, (1, 2, 4, 4), 1, 1024, 16, scales=SCALES, groups=4, pixels=4)
    model = VarVqvae(c).to(memory_format=torch.channels_last)
    nn.init.normal_(model.quantize["embedding"].weight, std=0.1)
    namer = nn.Conv2d(c.code_width, CLASSES, 1)
    trainer = Trainer("multiscale_vq", options, {"vq": model}, {"namer": namer}, rate=1e-3, average=0.998)

    def through(pixels: Tensor, _: int, free: bool) -> Coded:
        features = model.features(pixels * 2 - 1).float()
        with torch.autocast(features.device.type, enabled=False):
            coded, commitment, ids, vectors = added_up(model, features, free)
        made = model.decoder(model.post_quant_conv(coded)) / 2 + 0.5
        return Coded(made, namer(coded), commitment, ids, vectors)

    def rebuilt(pixels: Tensor) -> tuple[Tensor, Tensor]:
        ids = model.encode(pixels * 2 - 1)
        return model.decode(ids) / 2 + 0.5, torch.cat(ids, 1)

    figures = train(trainer, through, rebuilt, model.quantize["embedding"].weight.data)
    if options.export:
        export(trainer, "vq", Export("multiscale_vq", "var-vqvae", c, "psnr"), "multiscale_vq", figures)


def added_up(model: VarVqvae, features: Tensor, free: bool) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The sum over all scales with the gradient of the features (batch, width, side, side), the loss of both towards each other, the ids
    (batch, tokens) and the vectors (batch, tokens, width) that they stand for."""
    codebook = model.quantize["embedding"].weight
    f_hat, residual = torch.zeros_like(features), features.detach()
    commitment, ids, vectors = features.new_zeros(()), [], []
    for scale, _ in enumerate(model.config.scales):
        vectors.append(model.next_map(residual, scale))
        ids.append(nearest(vectors[-1], codebook.detach()))
        added = model.contribution(model.codes(ids[-1], scale), scale)
        f_hat, residual = f_hat + added, residual - added.detach()
        passed, pull = towards(features, f_hat, free)
        commitment = commitment + pull
    return passed, commitment / len(ids), torch.cat(ids, 1), torch.cat(vectors, 1)


if __name__ == "__main__":
    main()
