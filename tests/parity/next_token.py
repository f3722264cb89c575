"""Models that predict one token, or one group of tokens, after another."""

from __future__ import annotations

import torch
from torch import Tensor

from nodes.decoding.logits import Draw, Sampler, top_k, top_p
from nodes.decoding.tokens import fill, in_raster, until
from nodes.models.llamagen_gpt import LlamaGenReader
from tests.parity.folder import Comparisons, Folder


def recorded(draws: Tensor) -> Draw:
    """Random numbers that were written down, (steps, …)."""
    return lambda kind, step, shape: draws[step].reshape(shape)


def llamagen_gpt(folder: Folder) -> Comparisons:
    model = folder.model("llamagen-gpt", length=folder.config["block_size"])
    condition = folder["caption" if "caption" in folder else "labels"]
    mask = folder.io.get("caption_mask")
    empty = model.unconditional(len(condition))
    yield folder.compared("rope_table", model.rotation(), 2e-4)
    yield folder.compared("logits_cond", model(condition, folder["tokens"], mask), 2e-4)
    yield folder.compared("logits_uncond", model(empty, folder["tokens"], mask), 2e-4)

    length = folder.config["block_size"]

    def decoded(setting: dict[str, float], sampler: Sampler) -> Tensor:
        # The interval counts from the first step after the one that reads the condition.
        last = setting["cfg_interval"] + 1 if setting.get("cfg_interval", -1) >= 0 else length
        scales = until(setting["cfg_scale"], last, length)
        reader = LlamaGenReader(model, [condition, empty][: 1 + (scales[0] is not None)], mask)
        return fill(reader, torch.zeros_like(folder["tokens"]), in_raster(length, scales), sampler)

    sampling = folder.config["sampling"]
    for name, setting in sampling["greedy"].items():
        yield folder.compared(f"greedy_{name.replace('_int', '_interval')}", decoded(setting, Sampler()))
    for name in [name for name in sampling if name.startswith("sample")]:
        setting = sampling[name]
        sampler = Sampler(recorded(folder[f"{name}_noise"]), setting["temperature"], setting["top_k"], setting["top_p"])
        yield folder.compared(f"{name}_tokens", decoded(setting, sampler))
    for name in [name for name in folder.io if name.startswith("filter_kept_")]:
        k, p = name.removeprefix("filter_kept_k").split("_p")
        yield folder.compared(name, top_p(top_k(folder["filter_logits"], int(k)), float(p)).isfinite())
