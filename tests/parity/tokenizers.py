"""Tokenizers and autoencoders: pictures to codes or latents and back."""

from __future__ import annotations

from torch import Tensor

from tests.parity.folder import Comparisons, Folder


def gridded(ids: Tensor, pixels: Tensor, downscale: int) -> Tensor:
    """Ids (batch, length) on the grid of the picture that they stand for."""
    return ids.unflatten(1, (pixels.shape[2] // downscale, pixels.shape[3] // downscale))


def llamagen_vq(folder: Folder) -> Comparisons:
    model = folder.model("llamagen-vq")
    yield folder.compared("encoder_out", model.encoder(folder["image"]), 2e-4)
    yield folder.compared("quant_conv_out", model.latent(folder["image"]), 2e-4)
    ids = model.encode(folder["image"])
    yield folder.compared("indices", ids.flatten())
    yield folder.compared("quantized", model.embedded(ids), 2e-4)
    yield folder.compared("reconstruction", model.decode(ids), 2e-4)
    wide = model.encode(folder["image_rect"])
    yield folder.compared("rect_quant_conv_out", model.latent(folder["image_rect"]), 2e-4)
    yield folder.compared("rect_indices", wide.flatten())
    yield folder.compared("rect_reconstruction", model.decode(wide), 2e-4)
    codes = gridded(folder["codes"], folder["codes_decoded"], model.config.downscale)
    yield folder.compared("codes_embedding", model.embedded(codes).movedim(1, -1).flatten(0, 2), 2e-4)
    yield folder.compared("codes_decoded", model.decode(codes), 2e-4)


def maskgit_vq(folder: Folder) -> Comparisons:
    model = folder.model("maskgit-vq")
    yield folder.compared("encoder_out", model.latent(folder["image"]), 3e-4)
    ids = model.encode(folder["image"])
    yield folder.compared("indices", ids.flatten(1))
    yield folder.compared("quantized", model.embedded(ids), 3e-4)
    yield folder.compared("decoder_raw", model.decoder(model.embedded(ids)), 3e-4)
    yield folder.compared("reconstruction", model.decode(ids), 3e-4)
    yield folder.compared("codes_decoded", model.decode(gridded(folder["codes"], folder["codes_decoded"], model.config.downscale)), 3e-4)
    yield folder.compared("rect_encoder_out", model.latent(folder["image_rect"]), 3e-4)
    yield folder.compared("rect_indices", model.encode(folder["image_rect"]).flatten(1))


def titok(folder: Folder) -> Comparisons:
    heads = {"encoder_heads": folder.config["vit_enc_heads"], "decoder_heads": folder.config["vit_dec_heads"]}
    groups = {"groups": folder.config["pixel_norm_groups"]} if "pixel_norm_groups" in folder.config else {}
    model = folder.model("titok", **heads, **groups, normalized=folder.config["use_l2_norm"])
    text = folder.io.get("text_guidance")
    yield folder.compared("encoder_latent", model.latent(folder["image"]), 5e-4)
    if model.config.codebook:
        ids = model.encode(folder["image"])
        yield folder.compared("indices", ids[:, None])
        yield folder.compared("quantized", model.embedded(ids), 5e-4)
        yield folder.compared("reconstruction", model.decode(ids, text), 5e-4)
        yield folder.compared("codes_decoded", model.decode(folder["codes"], text), 5e-4)
        if model.config.legacy:
            yield folder.compared("decoder_logits", model.decoder(model.embedded(ids)), 5e-4)
        return
    mean, log_variance = model.moments(folder["image"])
    deviation = (log_variance / 2).exp()
    sample = mean + deviation * folder["sample_noise"]
    yield folder.compared("mean", mean, 5e-4)
    yield folder.compared("logvar", log_variance, 5e-4)
    yield folder.compared("std", deviation, 5e-4)
    yield folder.compared("sample", sample, 5e-4)
    if "kl" in folder:
        divergence = (mean**2 + log_variance.exp() - 1 - log_variance) / 2
        yield folder.compared("kl", divergence.sum((1, 2)), 5e-4)
    yield folder.compared("reconstruction_of_mean", model.pixels(mean, text), 5e-4)
    yield folder.compared("reconstruction_of_sample", model.pixels(sample, text), 5e-4)
