"""Train the multi-scale tokenizer in VAR's layout, with alpha: ``python -m nodes.training.multiscale_vq --minutes 60 --export``.

Token maps of growing size, each coding what the ones before left out (Tian et al. 2024, "Visual autoregressive modeling", algorithm 1). It
begins as the pack's VQ tokenizer and keeps its encoder: what is learned are codes that add up to features which stay as they are, and the
decoder. (An encoder that is trained along either makes its features larger than codes can follow, or, held back by the coarse scales,
forgets what only the fine ones can say.)
"""

from __future__ import annotations

import re

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.convolutions import nearest
from nodes.models.llamagen_vq import LlamaGenVq
from nodes.models.var_vqvae import VarVqvae, VarVqvaeConfig
from nodes.training import world
from nodes.training.alignment import CLASSES
from nodes.training.autoencoder import premultiplied
from nodes.training.export import Export, export
from nodes.training.loop import Trainer, arguments
from nodes.training.pictures import starter
from nodes.training.tokenizing import Coded, Usage, train

SCALES = (1, 2, 4, 7, 11, 16)
"""Sides of the token maps at 128 pixels: each half as large again as the one before, 447 tokens in all."""


def main() -> None:
    options = arguments(__doc__ or "", minutes=60, batch=12, steps=100_000).parse_args()
    torch.manual_seed(options.seed)
    vq = starter("vq", "tokenizer")
    v = vq.config
    c = VarVqvaeConfig(
        v.channels, v.encoder_multipliers, v.blocks, v.codebook, v.code_width, scales=SCALES, groups=v.groups, pixels=v.pixels
    )
    model = VarVqvae(c)
    begin_as(model, vq, premultiplied(world.draw(world.scenes(torch.arange(32))).rgba) * 2 - 1)
    for kept in (model.encoder, model.quant_conv):
        kept.requires_grad_(False)
    model.to(memory_format=torch.channels_last)
    namer = nn.Conv2d(c.code_width, CLASSES, 1)
    trainer = Trainer("multiscale_vq", options, {"vq": model}, {"namer": namer}, rate=1e-3, average=0.998)

    def through(pixels: Tensor, _: int, free: bool) -> Coded:
        features = model.features(pixels * 2 - 1).float()
        with torch.autocast(features.device.type, enabled=False):
            coded, left, ids, vectors = added_up(model, features)
        made = model.decoder(model.post_quant_conv(coded)) / 2 + 0.5
        return Coded(made, namer(coded), left, ids, vectors)

    def rebuilt(pixels: Tensor) -> tuple[Tensor, Tensor]:
        ids = model.encode(pixels * 2 - 1)
        return model.decode(ids) / 2 + 0.5, torch.cat(ids, 1)

    figures = train(trainer, through, rebuilt, Usage(model.quantize["embedding"].weight.data, options.seed))
    if options.export:
        export(trainer, "vq", Export("multiscale_vq", "var-vqvae", c, "psnr"), "multiscale_vq", figures)


@torch.no_grad()
def begin_as(model: VarVqvae, vq: LlamaGenVq, pixels: Tensor) -> None:
    """Give the model the encoder and the decoder of a VQ tokenizer of the same sizes.

    That one makes its features of length 1; here they are so on average over some pixels. Its convolutions beside the codes are multiplied
    into the ones next to them, the model's own begin as identities.
    """
    source, last = vq.state_dict(), len(vq.config.encoder_multipliers) - 1
    into, out = source.pop("quant_conv.weight")[..., 0, 0], source.pop("post_quant_conv.weight")[..., 0, 0]
    behind = source.pop("post_quant_conv.bias")
    source["encoder.conv_out.bias"] = into @ source["encoder.conv_out.bias"] + source.pop("quant_conv.bias")
    source["encoder.conv_out.weight"] = torch.einsum("om,mihw->oihw", into, source["encoder.conv_out.weight"])
    length = vq.latent(pixels).norm(dim=1).mean()
    for part in ("weight", "bias"):
        source[f"encoder.conv_out.{part}"] /= length
    source["decoder.conv_in.bias"] = source["decoder.conv_in.bias"] + source["decoder.conv_in.weight"].sum((2, 3)) @ behind
    source["decoder.conv_in.weight"] = torch.einsum("omhw,mi->oihw", source["decoder.conv_in.weight"], out)
    begun = {renamed(key, last): value for key, value in source.items() if ".q." not in key and ".k." not in key and ".v." not in key}
    for key in [key for key in source if ".q." in key]:
        begun[renamed(key, last).replace(".q.", ".qkv.")] = torch.cat([source[key.replace(".q.", f".{part}.")] for part in "qkv"])
    for convolution in (model.quant_conv, model.post_quant_conv):
        nn.init.dirac_(convolution.weight)
        nn.init.zeros_(convolution.bias)
    model.load_state_dict(model.state_dict() | begun)


def renamed(key: str, last: int) -> str:
    """The key of a part of the VQ tokenizer in this layout, where decoder levels count the other way round and middle blocks have names."""
    key = re.sub(r"^encoder\.conv_blocks\.(\d+)", r"encoder.down.\1", key)
    key = re.sub(r"^decoder\.conv_blocks\.(\d+)", lambda found: f"decoder.up.{last - int(found[1])}", key)
    for number, name in enumerate(("block_1", "attn_1", "block_2")):
        key = key.replace(f".mid.{number}.", f".mid.{name}.")
    return key.replace(".res.", ".block.")


def added_up(model: VarVqvae, features: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The sum over all scales (batch, width, side, side), what each leaves out of the features (mean square, over all scales), the ids
    (batch, tokens) and the vectors (batch, tokens, width) that they stand for."""
    codebook = model.quantize["embedding"].weight
    f_hat, left, ids, vectors = torch.zeros_like(features), features.new_zeros(()), [], []
    for scale, _ in enumerate(model.config.scales):
        vectors.append(model.next_map((features - f_hat).detach(), scale))
        ids.append(nearest(vectors[-1], codebook.detach()))
        f_hat = f_hat + model.contribution(model.codes(ids[-1], scale), scale)
        left = left + F.mse_loss(f_hat, features) / len(model.config.scales)
    return f_hat, left, torch.cat(ids, 1), torch.cat(vectors, 1)


if __name__ == "__main__":
    main()
