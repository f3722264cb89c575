"""Train the VQ tokenizer in LlamaGen's layout, with alpha: ``python -m nodes.training.vq --minutes 60 --export``.

Pixels are premultiplied RGBA in −1 to 1. Codes are learned on the unit sphere by the commitment and codebook terms of van den Oord et al.
2017 ("VQ-VAE", equation 3) on unit vectors (Yu et al. 2022, section 3.2); codes that nobody uses are set on vectors of the batch.
Cells must name what they show, as in `nodes.training.autoencoder`, which makes the tokens easier to predict.
"""

from __future__ import annotations

import dataclasses

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.llamagen_vq import LlamaGenVq, LlamaGenVqConfig
from nodes.training import world
from nodes.training.autoencoder import CLASSES, alpha_iou, class_map, crops, held_out, premultiplied, psnr, reconstruction_loss
from nodes.training.loop import Trainer, arguments, sheet, write_model

REVIVAL = 100
"""Steps after which a code that was never the nearest is set anew."""


class Usage:
    """How long each code has not been used."""

    def __init__(self, codes: int) -> None:
        self.idle = torch.zeros(codes, dtype=torch.int64)

    def saw(self, ids: Tensor) -> None:
        self.idle += 1
        self.idle[ids.flatten().cpu()] = 0

    @torch.no_grad()
    def revive(self, codebook: Tensor, vectors: Tensor, generator: torch.Generator) -> int:
        """Put codes (codes, width) that lie idle on random vectors (…, width) of this batch; how many there were."""
        dead = (self.idle > REVIVAL).nonzero()[:, 0]
        pool = vectors.reshape(-1, vectors.shape[-1])
        chosen = torch.randint(len(pool), (len(dead),), generator=generator)
        codebook[dead.to(codebook.device)] = pool[chosen.to(pool.device)]
        self.idle[dead] = 0
        return len(dead)


def quantized(model: LlamaGenVq, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Codes with the gradient of the vectors (batch, width, rows, columns), ids, the vectors, and the loss of both towards each other."""
    z = F.normalize(model.latent(pixels), dim=1)
    codebook = model.codebook()
    ids = (z.detach().movedim(1, -1) @ codebook.detach().T).argmax(-1)
    codes = F.embedding(ids, codebook).movedim(-1, 1)
    loss = F.mse_loss(codes, z.detach()) + 0.25 * F.mse_loss(z, codes.detach())
    return z + (codes - z).detach(), ids, z, loss * model.config.code_width


def main() -> None:
    parser = arguments(__doc__ or "", minutes=60, batch=24, steps=2400)
    parser.add_argument("--channels", type=int, default=32)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    multipliers = (1, 2, 4, 4)
    model = LlamaGenVq(LlamaGenVqConfig(options.channels, multipliers, multipliers, 1, 4 * options.channels, 1024, 8, pixels=4))
    model = model.to(memory_format=torch.channels_last)
    nn.init.normal_(model.quantize["embedding"].weight)
    classifier = nn.Conv2d(model.config.code_width, CLASSES, 1)
    trainer = Trainer("vq", options, {"vq": model}, {"classifier": classifier}, rate=1e-3, average=0.998)
    usage, generator = Usage(model.config.codebook), torch.Generator().manual_seed(options.seed)

    def losses(pixels: Tensor, names: Tensor) -> tuple[Tensor, ...]:
        codes, ids, z, commitment = quantized(model, pixels * 2 - 1)
        made = model.decoder(model.post_quant_conv(codes)) / 2 + 0.5
        semantic = F.cross_entropy(classifier(codes), names)
        return reconstruction_loss(made, pixels) + commitment + 0.01 * semantic, made, ids, z, commitment, semantic

    step_losses = torch.compile(losses) if options.compile else losses
    for step in trainer.steps():
        batch = world.scenes(trainer.seeds(step).to(options.device))
        rgba, owner = crops(batch, world.draw(batch))
        pixels = premultiplied(rgba).contiguous(memory_format=torch.channels_last)
        loss, made, ids, z, commitment, semantic = step_losses(pixels, class_map(batch, owner, pixels.shape[-1] // model.config.downscale))
        trainer.descend(loss)
        usage.saw(ids)
        revived = usage.revive(model.quantize["embedding"].weight.data, z.detach().movedim(1, -1), generator)
        if step % 50 == 0:
            trainer.log(loss=loss, psnr=psnr(made.detach(), pixels), commitment=commitment, semantic=semantic, revived=revived)
        if step % 500 == 499:
            trainer.with_average(lambda: _look(trainer, model))
    figures = trainer.with_average(lambda: _measured(model))
    trainer.log(**figures)
    if options.export:
        _export(trainer, model, figures)


def rebuilt(model: LlamaGenVq, rgba: Tensor) -> tuple[Tensor, Tensor]:
    """Premultiplied pixels through the tokens and back, in 0 to 1, and the ids."""
    ids = model.encode(premultiplied(rgba) * 2 - 1)
    return (model.decode(ids) / 2 + 0.5).clamp(0, 1), ids


def _look(trainer: Trainer, model: LlamaGenVq) -> None:
    true = held_out(12).rgba.to(trainer.options.device)
    made = rebuilt(model, true)[0]
    straight = torch.cat([made[:, :3] / made[:, 3:].clamp(min=1e-3), made[:, 3:]], 1).clamp(0, 1)
    sheet(torch.cat([true, straight]).cpu(), 12, trainer.folder / "sheet.png")


def _measured(model: LlamaGenVq) -> dict[str, float]:
    """Reconstruction of 256 held-out scenes, and the share of the codes that they use."""
    true = held_out(256).rgba.to(model.codebook().device)
    made, ids = (torch.cat(parts) for parts in zip(*(rebuilt(model, part) for part in true.split(32)), strict=True))
    return {
        "psnr": float(psnr(made, premultiplied(true))),
        "alpha_iou": alpha_iou(made[:, 3], true[:, 3]),
        "codes_used": len(ids.unique()) / model.config.codebook,
    }


def _export(trainer: Trainer, model: LlamaGenVq, figures: dict[str, float]) -> None:
    weights = {k.removeprefix("vq."): v for k, v in trainer.averaged.items() if k.startswith("vq.")}
    write_model("vq", weights, dataclasses.asdict(model.config), "llamagen-vq",
                {"script": "python -m nodes.training.vq", "seed": trainer.options.seed, "steps": trainer.step,
                 "batch": trainer.options.batch, "seconds": round(trainer.seconds), "figures": figures})  # fmt: skip


if __name__ == "__main__":
    main()
