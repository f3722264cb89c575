"""Train the RGBA autoencoder: ``python -m nodes.training.autoencoder --minutes 25 --export``.

Loss: L1 on premultiplied pixels and on their gradients, a small KL term, and a class map that latents must predict cell by cell
(the semantic alignment of Yao et al. 2025, "VA-VAE", with the world's own ground truth in place of a vision encoder's features).
"""

from __future__ import annotations

import dataclasses

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.rgba_autoencoder import RgbaAutoencoder, RgbaAutoencoderConfig
from nodes.training import world
from nodes.training.alignment import CLASSES, class_map
from nodes.training.export import Export, export
from nodes.training.loop import HELD_OUT, Trainer, arguments, sheet


def crops(batch: world.Scenes, drawn: world.Pictures, side: int = 64) -> tuple[Tensor, Tensor]:
    """Windows of ``side`` pixels around each scene's first thing: the same work holds four times as many stickers."""
    room = drawn.owner.shape[-1] - side
    jitter = world.uniforms(batch.seed, 2, 40) - 0.5
    middle = (batch.center[:, 0] + jitter * batch.size[:, :1]) * drawn.owner.shape[-1]
    corner = ((middle - side / 2) / 8).round().long().mul(8).clamp(0, room)
    span = torch.arange(side, device=corner.device)
    rows, columns = (corner[:, 1, None] + span)[:, :, None], (corner[:, 0, None] + span)[:, None, :]
    index = torch.arange(len(batch), device=corner.device)[:, None, None]
    return drawn.rgba.permute(0, 2, 3, 1)[index, rows, columns].permute(0, 3, 1, 2), drawn.owner[index, rows, columns]


def premultiplied(rgba: Tensor) -> Tensor:
    return torch.cat([rgba[:, :3] * rgba[:, 3:], rgba[:, 3:]], 1)


def edges(x: Tensor) -> tuple[Tensor, Tensor]:
    return x[..., 1:] - x[..., :-1], x[..., 1:, :] - x[..., :-1, :]


def reconstruction_loss(made: Tensor, true: Tensor, weights: Tensor | None = None) -> Tensor:
    """Of pixels and their gradients (batch, channels, height, width); ``weights`` (batch, 1, height, width), 1 on average."""
    error = made - true
    across, down = edges(error)
    counted = torch.ones_like(error[:, :1]) if weights is None else weights
    flat = (counted * (error.abs() + error.square())).mean()
    return flat + (counted[..., 1:] * across.abs()).mean() + (counted[..., 1:, :] * down.abs()).mean()


def psnr(made: Tensor, true: Tensor) -> Tensor:
    """Peak signal-to-noise ratio in dB of premultiplied RGBA in 0 to 1, averaged over the batch."""
    return (-10 * torch.log10((made.clamp(0, 1) - true).square().mean((1, 2, 3)) + 1e-10)).mean()


def main() -> None:
    options = arguments(__doc__ or "", minutes=20, batch=48, steps=1_000_000).parse_args()
    torch.manual_seed(options.seed)
    model = RgbaAutoencoder(RgbaAutoencoderConfig()).to(memory_format=torch.channels_last)
    classifier = nn.Conv2d(model.config.latent_channels, CLASSES, 1)
    trainer = Trainer("rgba_autoencoder", options, {"autoencoder": model}, {"classifier": classifier}, rate=2e-3, average=0.998)
    encode, decode = (torch.compile(f) if options.compile else f for f in (model.moments, model.pixels))
    for step in trainer.steps():
        batch = world.scenes(trainer.seeds(step))
        rgba, owner = crops(batch, world.draw(batch))
        rgba = rgba.contiguous(memory_format=torch.channels_last)
        true = premultiplied(rgba)
        with trainer.precision():
            mean, log_variance = (part.float() for part in encode(rgba))
            latent = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
            made = decode(latent).float()
        divergence = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).mean()
        semantic = F.cross_entropy(classifier(latent), class_map(batch, owner, latent.shape[-1]))
        loss = reconstruction_loss(made, true) + 2e-4 * divergence + 0.01 * semantic
        trainer.descend(loss)
        if step % 50 == 0:
            trainer.log(loss=loss, psnr=psnr(made.detach(), true), kl=divergence, semantic=semantic)
        if step % 500 == 499:
            trainer.with_average(lambda: _look(trainer, model))
    figures = trainer.with_average(lambda: _measured(trainer, model))
    trainer.log(**figures)
    if options.export:
        config = dataclasses.replace(model.config, scale=figures["latent_deviation"], shift=figures["latent_mean"])
        export(trainer, "autoencoder", Export("rgba_autoencoder", "tessera-rgba-autoencoder", config, "psnr"), "autoencoder", figures)


def alpha_iou(made: Tensor, true: Tensor) -> float:
    """Overlap of what is solid in two alphas (count, height, width), averaged."""
    made, true = made > 0.5, true > 0.5
    return float(((made & true).sum((1, 2)) / (made | true).sum((1, 2)).clamp(min=1)).mean())


def held_out(count: int, device: torch.device | str = "cpu") -> world.Pictures:
    return world.draw(world.scenes(torch.arange(HELD_OUT, HELD_OUT + count, device=device)))


def _look(trainer: Trainer, model: RgbaAutoencoder) -> None:
    true = held_out(12, trainer.device).rgba
    sheet(torch.cat([true, model.decode(model.encode(true))]), 12, trainer.folder / "sheet.png")


def _measured(trainer: Trainer, model: RgbaAutoencoder) -> dict[str, float]:
    """Reconstruction and latent statistics on 256 held-out scenes."""
    true = held_out(256, trainer.device).rgba
    latent = torch.cat([model.moments(part)[0] for part in true.split(32)])
    made = torch.cat([model.decode((part - model.config.shift) / model.config.scale) for part in latent.split(32)])
    return {
        "psnr": float(psnr(premultiplied(made), premultiplied(true))),
        "alpha_iou": alpha_iou(made[:, 3], true[:, 3]),
        "latent_mean": float(latent.mean()),
        "latent_deviation": float(latent.std()),
    }


if __name__ == "__main__":
    main()
