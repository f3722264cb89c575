"""Models that predict masked tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from nodes.decoding.logits import Draw
from nodes.decoding.masked import Unmasking, constant, left_masked, power_cosine, rising, unmask
from nodes.decoding.tokens import Predict
from nodes.models.masked_generators import MaskedReader
from tests.parity.folder import Comparisons, Folder


def uniform(folder: Folder, name: str) -> Draw:
    """The uniform numbers that a run drew."""
    return lambda kind, step, shape: folder[f"{name}_{'token' if kind.startswith('token') else 'conf'}_uniform"][step].reshape(shape)


def schedule(run: dict[str, Any]) -> list[float | None]:
    scale, steps = run["guidance_scale"], run["num_sample_steps"]
    if run["guidance_decay"] == "power-cosine":
        return list(power_cosine(scale, steps, run.get("guidance_scale_pow", 3.0)))
    return {"constant": constant, "linear": rising}[run["guidance_decay"]](scale, steps)


def runs(
    folder: Folder,
    reader: Callable[[], Predict],
    length: int,
    scales: Callable[[dict[str, Any]], list[float | None]],
    annealed: bool = False,
) -> Comparisons:
    """The greedy and the drawn picture of each run; ``annealed`` where a run does not say."""
    for name, run in folder.config["runs"].items():
        plain = Unmasking(scales(run), annealed=run.get("softmax_temperature_annealing", annealed), unsure=run.get("prob_sorting", True))
        nothing = torch.full((len(folder[f"greedy_{name}"]), length), -1)
        yield folder.compared(f"greedy_{name}", unmask(reader(), nothing, plain))
        warmth = folder.config["sample_randomize_temperature"]
        drawn = Unmasking(plain.scales, warmth, plain.annealed, plain.unsure, uniform(folder, f"sample_{name}"))
        yield folder.compared(f"sample_{name}", unmask(reader(), nothing, drawn))


def maskgit(layout: str) -> Callable[[Folder], Comparisons]:
    def compared(folder: Folder) -> Comparisons:
        model = folder.model(layout)
        labels = folder["labels"]
        empty = torch.full_like(labels, model.nothing)
        yield folder.compared("logits_cond", model(folder["input_ids"], labels), 3e-4)
        yield folder.compared("logits_uncond", model(folder["input_ids"], empty), 3e-4)
        yield from runs(folder, lambda: MaskedReader(model, [labels, empty]), model.config.length, schedule)
        for steps, counts in folder.config.get("unconstrained_mask_lengths", {}).items():
            ours = torch.tensor([left_masked(model.config.length, (step + 1) / int(steps)) for step in range(int(steps))])
            yield folder.compared(f"mask lengths of {steps}", ours, golden=Tensor(counts))

    return compared
