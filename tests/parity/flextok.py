"""FlexTok: tokens of flexible length, and the flow model that draws them back."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from nodes.decoding.projected_guidance import Projected
from nodes.decoding.solvers import euler
from tests.parity.folder import Comparisons, Folder


def flextok(folder: Folder) -> Comparisons:
    c = folder.config
    model = folder.model(
        "flextok",
        levels=c["fsq_levels"],
        head_width=c["head_dim"],
        last_time=c["max_timestep"],
        patch=c["patch_size"],
        channels=c["latent_channels"],
    )
    yield folder.compared("registers_pre_fsq", model.registers(folder["latents"]), 1e-3)
    ids = model.encode(folder["latents"])
    yield folder.compared("tokens", ids)
    yield folder.compared("quantized", model.embedded(ids), 1e-3)
    first = len(folder["codebook_first64"])
    yield folder.compared("codebook_first64", model.embedded(torch.arange(first)), 1e-3)
    x, t, keep = folder["noised"], folder["timesteps"], torch.tensor(c["keep"])
    codes = model.embedded(ids)
    empty = model.unconditional(len(ids))
    yield folder.compared("velocity_full", model(x, t, model.condition(codes)), 1e-3)
    yield folder.compared("velocity_keep", model(x, t, model.condition(codes, keep)), 1e-3)
    yield folder.compared("velocity_null", model(x, t, empty), 1e-3)

    sampling = c["sampling"]
    apg = sampling["apg"]
    steps = sampling["steps"]

    def drawn(combined: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
        told = model.condition(codes, keep)

        def denoise(x: Tensor, sigma: float) -> Tensor:
            times = torch.full((len(x),), sigma)
            return x - sigma * combined(model(x, times, told), model(x, times, empty))

        return euler(denoise, folder["init_noise"], [1 - step / steps for step in range(steps + 1)])

    named = {name.removeprefix("detok_")[:3]: name for name in folder.io if name.startswith("detok_")}
    yield folder.compared("detok_plain", drawn(lambda conditional, _: conditional), 1e-3)
    scale = sampling["cfg"]
    yield folder.compared(named["cfg"], drawn(lambda c, u: u + scale * (c - u)), 1e-3)
    projected = Projected(apg["scale"], apg["momentum"], apg["eta"], apg["norm_threshold"])
    yield folder.compared(named["apg"], drawn(projected), 3e-3)
