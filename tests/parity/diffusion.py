"""Autoencoders of latents, and models that denoise them."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from nodes.decoding.diffusion import Schedule, ancestral, by_stride, evenly, guided_channels, implicit, linear_betas
from nodes.decoding.velocity import dormand_prince, euler, euler_maruyama, midpoint, shifted_times
from tests.parity.folder import Comparisons, Folder

GUIDED = 3
"""Channels that the originals guide."""


def kl_autoencoder(folder: Folder) -> Comparisons:
    model = folder.model("kl-autoencoder")
    encoded = model.encoder(folder["image"])
    mean, log_variance = model.moments(folder["image"])
    yield folder.compared("encoder_out", encoded, 3e-4)
    yield folder.compared("moments", model.quant_conv(encoded), 3e-4)
    yield folder.compared("mean", mean, 3e-4)
    yield folder.compared("logvar", log_variance, 3e-4)
    yield folder.compared("sample", mean + (log_variance / 2).exp() * folder["sample_noise"], 3e-4)
    yield folder.compared("reconstruction_of_mean", model.decode(mean), 3e-4)
    yield folder.compared("decoded", model.decode(folder["latent"]), 3e-4)


def both_halves(model: Callable[..., Tensor], x: Tensor, t: Tensor, labels: Tensor, scale: float) -> Tensor:
    """What the originals return of a doubled batch: the first half guided, the second with its own channels behind the third."""
    half = x[: len(x) // 2]
    conditional, unconditional = model(torch.cat([half, half]), t, labels).chunk(2)
    guided = guided_channels(conditional, unconditional, scale, GUIDED)
    return torch.cat([guided, torch.cat([guided[:, :GUIDED], unconditional[:, GUIDED:]], 1)])


def dit(folder: Folder) -> Comparisons:
    model, sampling = folder.model("dit"), folder.config["sampling"]
    channels, scale = model.config.channels, sampling["cfg_scale"]
    yield folder.compared("out", model(folder["x"], folder["t"], folder["y"]), 3e-4)
    yield folder.compared("cfg_out", both_halves(model, folder["cfg_x"], folder["cfg_t"], folder["cfg_y"], scale), 3e-4)
    schedule = Schedule.of(linear_betas(), evenly(sampling["steps"]))
    yield folder.compared("timestep_map", torch.tensor(schedule.steps))
    for name in [name for name in folder.io if name.startswith("timestep_map_ddim")]:
        yield folder.compared(name, torch.tensor(by_stride(len(folder[name]))))
    yield folder.compared("betas", torch.tensor(schedule.betas), 1e-6)
    yield folder.compared("alphas_cumprod", torch.tensor(schedule.left), 1e-6)

    def predict(x: Tensor, t: int) -> tuple[Tensor, Tensor]:
        found = both_halves(model, torch.cat([x, x]), torch.full((2 * len(x),), t), folder["cfg_y"], scale)[: len(x)]
        return found[:, :channels], found[:, channels:]

    start = folder["sample_init"]
    noise = folder["sample_noise"][:, : len(start)]
    yield folder.compared("sample_ddpm", ancestral(predict, start, schedule, lambda number: noise[number]), 5e-3)
    yield folder.compared("sample_ddim", implicit(predict, start, schedule), 5e-3)


def velocity(folder: Folder, model: Callable[..., Tensor], scale: float, first: float = 0.0) -> Callable[[Tensor, float], Tensor]:
    """The guided velocity of a doubled batch; before time ``first`` it is not guided."""
    return lambda x, t: both_halves(model, x, torch.full((len(x),), t), folder["cfg_y"], 1.0 if t < first else scale)


def sit(folder: Folder) -> Comparisons:
    model, sampling = folder.model("sit"), folder.config["sampling"]
    yield folder.compared("out", model(folder["x"], folder["t"], folder["y"]), 5e-4)
    guided = both_halves(model, folder["cfg_x"], folder["cfg_t"], folder["cfg_y"], sampling["cfg_scale"])
    yield folder.compared("cfg_out", guided, 5e-4)
    # Both halves go all the way, as in the originals: the step of the adaptive solver follows the error of both.
    field, times = velocity(folder, model, sampling["cfg_scale"]), shifted_times(sampling["steps"])
    start = folder["ode_init"].repeat(2, 1, 1, 1)
    half = len(folder["ode_init"])
    yield folder.compared("ode_euler", euler(field, start, times)[:half], 5e-4)
    yield folder.compared("ode_midpoint", midpoint(field, start, times)[:half], 5e-4)
    yield folder.compared("ode_dopri5", dormand_prince(field, start)[:half], 5e-3)
    noise = folder["sde_noise"]
    found = euler_maruyama(field, start, lambda number: noise[number], sampling["steps"], sampling["sde"]["last_step_size"])
    yield folder.compared("sde_euler", found[:half], 5e-3)


def lightningdit(folder: Folder) -> Comparisons:
    model, sampling = folder.model("lightningdit"), folder.config["sampling"]
    yield folder.compared("out", model(folder["x"], folder["t"], folder["y"]), 5e-4)
    interval = sampling["a"]
    for name in [name for name in folder.io if name.startswith("cfg_out_t")]:
        t = float(name.removeprefix("cfg_out_t").replace("p", "."))
        times = torch.full((len(folder["cfg_x"]),), t)
        scale = 1.0 if t < interval["cfg_interval_start"] else interval["cfg_scale"]
        guided = both_halves(model, folder["cfg_x"], times, folder["cfg_y"], scale)
        yield folder.compared(name, guided, 5e-4)
    start, half = folder["ode_init"].repeat(2, 1, 1, 1), len(folder["ode_init"])
    for name, run in ((name, run) for name, run in sampling.items() if isinstance(run, dict)):
        field = velocity(folder, model, run["cfg_scale"], run.get("cfg_interval_start", 0.0))
        times = shifted_times(sampling["steps"], run.get("timestep_shift", 0.0))
        if run["method"] == "euler":
            found, tolerance = euler(field, start, times), 3e-3
        else:
            found, tolerance = dormand_prince(field, start, absolute=run["atol"], relative=run["rtol"]), 5e-3
        found = found[:half]
        yield folder.compared(f"ode_{name}", found, tolerance)
        if f"denormalised_{name}" in folder:
            latents = found * folder["latent_std"] + folder["latent_mean"]
            yield folder.compared(f"denormalised_{name}", latents, tolerance)
    yield folder.compared("shifted_grid", torch.tensor(shifted_times(sampling["steps"], interval["timestep_shift"])), 1e-6)
