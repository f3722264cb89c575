"""Models that draw continuous tokens by a small diffusion model."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from nodes.decoding.diffusion import Schedule, cosine_betas, evenly, guided_channels
from nodes.decoding.masked_latents import Latents, decode
from nodes.models.maskgen import MaskGenReader, Words
from tests.parity.folder import Compared, Comparisons, Folder
from tests.parity.masked import runs


def from_whole(schedule: Sequence[int]) -> Schedule:
    return Schedule.of(cosine_betas(), schedule)


def decoded(folder: Folder, name: str, condition: Callable[..., Tensor], model: Any, schedule: Schedule) -> Tensor:
    """The tokens of a run (batch, length, D), with the numbers that it drew."""
    run = folder.config["runs"][name]
    growing = run.get("cfg_schedule", "linear") == "linear"
    how = Latents(folder[f"{name}.orders"], folder.config["num_iter"], run["cfg"], growing, schedule, run["temperature"])
    draws = folder.numbered(f"{name}.noise")
    return decode(condition, model.head_over, model.config.token_width, how, lambda step, number, shape: draws[step][number].reshape(shape))


def mar(folder: Folder) -> Comparisons:
    heads = {"encoder_heads": folder.config["encoder_num_heads"], "decoder_heads": folder.config["decoder_num_heads"]}
    model = folder.model("mar", **heads, patch=folder.config["patch_size"])
    labels, known = folder["labels"], folder["mae_mask"] == 0
    empty = torch.full_like(labels, model.config.classes)
    yield folder.compared("patchified", model.patches(folder["latent"]), 3e-4)
    yield folder.compared("latent", model.latents(folder["patchified"]), 3e-4)
    for name, condition in (("", labels), ("_uncond", empty)):
        class_ = torch.cat([model.class_emb.weight, model.fake_latent])[condition]
        yield folder.compared(f"encoder_out{name}", model.encoded(folder["mae_tokens"], known, class_), 3e-4)
        yield folder.compared(f"decoder_out{name}", model(folder["mae_tokens"], known, condition), 3e-4)
    yield from _head(folder, model)
    yield from _schedules(folder)

    def condition(tokens: Tensor, known: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
        both = torch.cat([labels, empty][:prompts])
        return model(tokens.repeat(prompts, 1, 1), known.repeat(prompts, 1), both, asked.repeat(prompts, 1)).unflatten(0, (prompts, -1))

    explicit, plain = from_whole(folder.config["sampling_timesteps"]), from_whole(evenly(folder.config["num_sampling_steps"]))
    for name in folder.config["runs"]:
        official = name.startswith("official")
        found = model.latents(decoded(folder, name, condition, model, plain if official else explicit))
        if official:  # an untrained head goes astray by orders of magnitude where nearly no data is left: compared relatively
            size = float(folder[f"{name}.tokens"].abs().max())
            yield Compared(f"{name}.tokens, relative", float((found - folder[f"{name}.tokens"]).abs().max()) / size, 1e-5)
        else:
            yield folder.compared(f"{name}.tokens", found, 2e-3)


def _head(folder: Folder, model: Any) -> Comparisons:
    x, t, z = folder["net_x"], folder["net_t"], folder["net_cond"]
    yield folder.compared("net_out", model.head(x, t, z), 3e-4)
    for name in [name for name in folder.io if name.startswith("net_out_cfg")]:
        half = len(x) // 2
        scale, width = float(name.removeprefix("net_out_cfg").replace("p", ".")), model.config.token_width
        conditional, unconditional = model.head(torch.cat([x[:half], x[:half]]), t, z).chunk(2)
        guided = guided_channels(conditional, unconditional, scale, width)
        both = torch.cat([guided, torch.cat([guided[:, :width], unconditional[:, width:]], 1)])
        yield folder.compared(name, both, 3e-4)


def _schedules(folder: Folder) -> Comparisons:
    named = {
        "gen": folder.config["sampling_timesteps"],
        "official": evenly(folder.config["num_sampling_steps"]),
        "official100": evenly(100),
    }
    for name, steps in named.items():
        schedule = from_whole(steps)
        values = {
            "betas": schedule.betas,
            "alphas_cumprod": schedule.left,
            "posterior_log_variance": schedule.smallest_log_variance,
        }
        yield folder.compared(f"{name}_timestep_map", torch.tensor(schedule.steps))
        for value, ours in values.items():
            if f"{name}_{value}" in folder:
                yield folder.compared(f"{name}_{value}", torch.tensor(ours), 1e-5)


def _words(folder: Folder) -> list[Words]:
    """The words of the prompts, and those of the empty one for each."""
    many = len(folder["text_hidden"])
    given = Words(folder["text_hidden"], folder["text_pooled"].flatten(1))
    return [given, Words(folder["null_hidden"].expand(many, -1, -1), folder["null_pooled"].flatten(1).expand(many, -1))]


def _scales(run: dict[str, Any]) -> list[float | None]:
    """``c + s·(c − u)`` at every step; s rises from 1 by a cosine or evenly, or is the scale from the first step."""
    scale, steps = run["guidance_scale"], run["num_sample_steps"]
    power = run.get("guidance_decay_scale_pow", 1.0)
    far = [(step + 1) / steps for step in range(steps)]
    rise = {
        "cosine": lambda r: (1 - math.cos(math.pi * r**power)) / 2,
        "flippedcosine": lambda r: math.cos(math.pi * r**power) / 2,
        "linear": lambda r: r,
        "none": lambda r: 1.0,
    }
    return [2 + (scale - 1) * rise[run["guidance_decay"]](r) for r in far]


def maskgen_vq(folder: Folder) -> Comparisons:
    model = folder.model("maskgen-vq", codebook=folder.config["codebook_size"])
    words = _words(folder)
    for name, said in zip(("cond", "uncond"), words, strict=True):
        yield folder.compared(f"logits_{name}", model(folder["input_ids"], said, folder["aesthetic"]), 3e-4)
    score = folder.config["sample_aesthetic_score"]
    yield from runs(folder, lambda: MaskGenReader(model, words, score), model.config.length, _scales, annealed=True)


def maskgen_kl(folder: Folder) -> Comparisons:
    model = folder.model("maskgen-kl")
    words, known = _words(folder), folder["mae_mask"] == 0
    score = torch.full((len(known),), folder.config["aesthetic"])
    for name, said in zip(("", "_uncond"), words, strict=True):
        yield folder.compared(f"decoder_out{name}", model(folder["mae_tokens"], known, said, score), 3e-4)

    def condition(tokens: Tensor, known: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
        return torch.stack([model(tokens, known, said, score, asked) for said in words[:prompts]])

    schedule = from_whole(folder.config["sampling_timesteps"])
    for name in folder.config["runs"]:
        found = decoded(folder, name, condition, model, schedule) / model.config.scale
        yield folder.compared(f"{name}.tokens", found.transpose(1, 2)[:, :, None], 2e-3)
