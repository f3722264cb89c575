"""Train the ×2 upscaler: ``python -m nodes.training.upscaler --minutes 20 --export``.

Scenes at 64 pixels become scenes at 128. The small ones are averaged down, then worn: half of them lose detail, as what an autoencoder
made does, and all get a little noise. The network sees no positions, so that it serves pictures of any size.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from nodes.models.upscaler import Upscaler, UpscalerConfig
from nodes.training import world
from nodes.training.autoencoder import held_out, premultiplied, psnr, reconstruction_loss
from nodes.training.export import Export, export
from nodes.training.loop import Trainer, arguments, sheet
from nodes.training.tokenizing import straight


def main() -> None:
    parser = arguments(__doc__ or "", minutes=20, batch=16, steps=1_000_000)
    parser.add_argument("--channels", type=int, default=48)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    model = Upscaler(UpscalerConfig(options.channels)).to(memory_format=torch.channels_last)
    trainer = Trainer("upscaler", options, {"upscaler": model}, rate=1e-3, average=0.998)
    generator = torch.Generator().manual_seed(options.seed * 7919 + trainer.step)
    forward = torch.compile(model.pixels) if options.compile else model.pixels
    for step in trainer.steps():
        true = premultiplied(world.draw(world.scenes(trainer.seeds(step))).rgba)
        small = worn(halved(true), generator).contiguous(memory_format=torch.channels_last)
        with trainer.precision():
            made = forward(small).float()
        loss = reconstruction_loss(made, true)
        trainer.descend(loss)
        if step % 50 == 0:
            trainer.log(loss=loss, psnr=psnr(made.detach(), true))
        if step % 500 == 499:
            trainer.with_average(lambda: _look(trainer, model))
    figures = trainer.with_average(lambda: _measured(trainer, model))
    trainer.with_average(lambda: _look(trainer, model))
    trainer.log(**figures)
    if options.export:
        export(trainer, "upscaler", Export("upscaler", "tessera-upscaler", model.config, "psnr"), "upscaler", figures)


def halved(pixels: Tensor) -> Tensor:
    return F.avg_pool2d(pixels, 2)


def worn(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """A 3 × 3 average mixed in to a random degree in half of the pictures, and noise of up to a fiftieth."""
    blurred = F.avg_pool2d(F.pad(pixels, (1, 1, 1, 1), mode="replicate"), 3, 1)
    degree, chosen, strength = (torch.rand(len(pixels), 1, 1, 1, generator=generator).to(pixels) for _ in range(3))
    noise = torch.randn_like(pixels) * strength * 0.02
    return (pixels + (blurred - pixels) * degree * (chosen < 0.5) + noise).clamp(0, 1)


def _look(trainer: Trainer, model: Upscaler) -> None:
    true = held_out(12, trainer.device).rgba
    small = halved(premultiplied(true))
    plain = F.interpolate(small, scale_factor=2.0, mode="bilinear")
    sheet(torch.cat([true, straight(plain), straight(model.pixels(small))]), 12, trainer.folder / "sheet.png")


def _measured(trainer: Trainer, model: Upscaler) -> dict[str, float]:
    """Of 256 held-out scenes that were halved, by the model and by bilinear enlargement."""
    true = premultiplied(held_out(256, trainer.device).rgba)
    made = torch.cat([model.pixels(halved(part)) for part in true.split(32)])
    plain = F.interpolate(halved(true), scale_factor=2.0, mode="bilinear")
    return {"psnr": float(psnr(made, true)), "psnr_bilinear": float(psnr(plain, true))}


if __name__ == "__main__":
    main()
