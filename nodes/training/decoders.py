"""Train the decoder of a tokenizer alone, from the one that ships: ``python -m nodes.training.decoders --name vq --minutes 30 --export``.

Its tokens stay what they are, so the generators that write them stay too, and are told the new file. What is made must look like the true
scene to the encoder of the RGBA autoencoder as well, at each of its depths (a perceptual loss, Johnson et al. 2016, "Perceptual losses for
real-time style transfer and super-resolution", section 3.2): pixels alone leave what is in doubt blurred.

The RGBA autoencoder's decoder is given noisy latents: those of a generator are never as clean as those of a picture, and a decoder that
knows no others shows what is wrong with them as a pattern of cells and ragged edges.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.files import sha256
from nodes.models.layouts import open_model
from nodes.models.llamagen_vq import LlamaGenVq
from nodes.models.rgba_autoencoder import RgbaAutoencoder
from nodes.models.var_vqvae import VarVqvae
from nodes.training.alignment import weights_of
from nodes.training.autoencoder import premultiplied, psnr, reconstruction_loss
from nodes.training.export import Export, export, told
from nodes.training.judge import fitting_recognizer, held_out, judged
from nodes.training.loop import Trainer, arguments
from nodes.training.pictures import starter
from nodes.training.tokenizing import examples, look, measured, straight
from nodes.training.world import draw

LIKENESS = 0.05
"""What the perceptual loss counts beside that of pixels."""
DEPTHS = (3, 6)
"""Layers of the encoder that are compared, behind its fine and behind its coarse part; so are the latents."""
NOISE = 0.4
"""The most noise on latents of the RGBA autoencoder, of their deviation. Those of the base flow model come back from pixels as changed as
those of scenes with 0.2 of it."""
LAYOUTS = {"vq": "llamagen-vq", "multiscale_vq": "var-vqvae", "rgba_autoencoder": "tessera-rgba-autoencoder"}

Decoded = LlamaGenVq | VarVqvae | RgbaAutoencoder


def main() -> None:
    parser = arguments(__doc__ or "", minutes=30, batch=18, steps=1_000_000)
    parser.add_argument("--name", choices=tuple(LAYOUTS), default="vq")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    model = starter(options.name, "tokenizer").train().to(memory_format=torch.channels_last)
    for part in ("decoder", "post_quant_conv"):
        if hasattr(model, part):
            getattr(model, part).requires_grad_(True)
    noise = NOISE * model.config.scale if isinstance(model, RgbaAutoencoder) else 0.0
    eye = starter("rgba_autoencoder", "tokenizer").encoder.to(options.device)
    begun = {options.name: open_model(f"starter/{options.name}", "tokenizer").digest}
    trainer = Trainer(f"{options.name}_decoder", options, {"tokenizer": model}, rate=8e-4, average=0.998, companions=begun)

    def losses(codes: Tensor, pixels: Tensor, weights: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        with trainer.precision():
            made = pixels_of(model, codes).float()
            unlike = apart(eye, made, pixels, weights)
        return reconstruction_loss(made, pixels, weights), unlike.float(), made

    step_losses = torch.compile(losses) if options.compile else losses
    for step in trainer.steps():
        pixels, names = examples(trainer, step, windows=False)
        weights = F.interpolate(weights_of(names)[:, None], pixels.shape[-2:])
        with torch.no_grad(), trainer.precision():
            codes = noisy(codes_of(model, pixels).float(), noise)
        flat, unlike, made = step_losses(codes, pixels, weights / weights.mean())
        trainer.descend(flat + LIKENESS * unlike)
        if step % 50 == 0:
            trainer.log(pixels=flat, unlike=unlike, psnr=psnr(made.detach(), pixels))
        if step % 500 == 499:
            trainer.with_average(lambda: look(trainer, lambda true: rebuilt(model, true, noise / 2)))
    learned = 0 if isinstance(model, RgbaAutoencoder) else model.config.codebook
    figures = trainer.with_average(lambda: measured(trainer, lambda true: rebuilt(model, true), learned))
    figures |= {"accuracy": trainer.with_average(lambda: accuracy(model, options.judged))}
    if noise:
        figures |= {"psnr_noisy": trainer.with_average(lambda: measured(trainer, lambda true: rebuilt(model, true, noise / 2), 0))["psnr"]}
    trainer.with_average(lambda: look(trainer, lambda true: rebuilt(model, true, noise / 2)))
    trainer.log(**figures)
    if options.export:
        what = Export(options.name, LAYOUTS[options.name], model.config, "psnr_noisy" if noise else "accuracy")
        if path := export(trainer, "tokenizer", what, f"decoders --name {options.name}", figures):
            told(options.into, "tokenizer", begun[options.name], sha256(path))


def codes_of(model: Decoded, pixels: Tensor) -> Tensor:
    """What the decoder is given for premultiplied pixels in 0 to 1."""
    if isinstance(model, RgbaAutoencoder):
        return model.encoder(pixels * 2 - 1).chunk(2, 1)[0]
    ids = model.encode(pixels * 2 - 1)
    return model.embedded(ids) if isinstance(model, LlamaGenVq) else model.sums(ids)[-1]


def pixels_of(model: Decoded, codes: Tensor) -> Tensor:
    """Premultiplied pixels about 0 to 1, not clamped."""
    if isinstance(model, RgbaAutoencoder):
        return model.pixels(codes)
    return model.decoder(model.post_quant_conv(codes)) / 2 + 0.5


def noisy(codes: Tensor, most: float) -> Tensor:
    """Codes with noise of a deviation between none and ``most``, another for each picture of the batch: half of them a quarter or less."""
    return codes + most * torch.rand(len(codes), 1, 1, 1, device=codes.device).square() * torch.randn_like(codes) if most else codes


def rebuilt(model: Decoded, pixels: Tensor, noise: float = 0.0) -> tuple[Tensor, Tensor]:
    """Pixels through the codes and back, with noise of that deviation on them; ids of tokens, or the codes where there are none."""
    if isinstance(model, RgbaAutoencoder):
        codes = codes_of(model, pixels)
        generator = torch.Generator().manual_seed(0)
        codes = codes + noise * torch.randn(codes.shape, generator=generator).to(codes)
        return pixels_of(model, codes).clamp(0, 1), codes
    ids = model.encode(pixels * 2 - 1)
    whole = ids.flatten(1) if isinstance(ids, Tensor) else torch.cat(ids, 1)
    return (model.decode(ids) / 2 + 0.5).clamp(0, 1), whole


def apart(eye: nn.Sequential, made: Tensor, true: Tensor, weights: Tensor) -> Tensor:
    """How unlike two batches of premultiplied pixels in 0 to 1 look to an encoder; weights (batch, 1, height, width) are 1 on average."""
    total, made, true = made.new_zeros(()), made * 2 - 1, true * 2 - 1
    for depth, layer in enumerate(eye):
        made, true = layer(made), layer(true)
        if depth == len(eye) - 1:
            made, true = made.chunk(2, 1)[0], true.chunk(2, 1)[0]  # means; how sure it is of them is no matter of looks
        if depth in (*DEPTHS, len(eye) - 1):
            counted = F.adaptive_avg_pool2d(weights, made.shape[-2:])
            total = total + (counted * (made - true).abs() / true.abs().mean()).mean()
    return total


def accuracy(model: Decoded, count: int) -> float:
    """What the judge finds in held-out scenes that went through the tokenizer, of what it finds in the scenes."""
    recognizer, device = fitting_recognizer(), next(model.parameters()).device
    scenes, _, facts = held_out(count)
    real = draw(scenes).rgba
    made = torch.cat([straight(rebuilt(model, part.to(device))[0].cpu()) for part in premultiplied(real).split(32)])
    return judged(recognizer, made, facts).accuracy / judged(recognizer, real, facts).accuracy


if __name__ == "__main__":
    main()
