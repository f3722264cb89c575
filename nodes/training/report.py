"""The judge's table and the sheets: ``python -m nodes.training.report [--prompts N] [--json]``.

Accuracy, Fréchet distance and diversity are ratios to the same figure on real scenes of the same held-out prompts. Sheets go to
``training_runs/report/``.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

import torch
from torch import Tensor

from nodes.models.recognizer import Recognizer
from nodes.training import world
from nodes.training.flow import SHEET_PROMPTS
from nodes.training.judge import alpha_agreement, diversity, frechet, held_out, judged, vectors
from nodes.training.loop import HELD_OUT, RUNS, STARTER, sheet
from nodes.training.pictures import pictures, starter
from nodes.training.vocabulary import PLACES
from nodes.values import Strategy


class Flow:
    """The shipped flow model with its text encoder and autoencoder; counts the seconds that its pictures take."""

    def __init__(self, solver: str, steps: int, scale: float) -> None:
        self._models = (
            starter("flow_base", "generator"),
            starter("text_encoder", "text encoder"),
            starter("rgba_autoencoder", "tokenizer"),
        )
        self._strategy, self._scale = Strategy("flow", solver, steps), scale
        self.seconds = 0.0

    def __call__(self, prompts: list[str], seed: int = 0) -> Tensor:
        began = time.perf_counter()
        made = pictures(*self._models, prompts, self._strategy, self._scale, seed)
        self.seconds += time.perf_counter() - began
        return made


def drawn(seeds: Tensor) -> Tensor:
    return torch.cat([world.draw(world.scenes(part)).rgba for part in seeds.split(64)])


def measured(flow: Flow, recognizer: Recognizer, count: int) -> tuple[dict[str, Any], Tensor, list[str]]:
    """The table, the pictures and their prompts."""
    batch, prompts, facts = held_out(count)
    made = flow(prompts)
    seconds = flow.seconds / count
    real, other = drawn(batch.seed), drawn(batch.seed + count)
    bound, verdict = judged(recognizer, real, facts), judged(recognizer, made, facts)
    far = vectors(recognizer, other)  # other real scenes: how far made and real pictures of the prompts are from them
    card = json.loads((STARTER / "rgba_autoencoder.json").read_text())["figures"]
    table = {
        "prompts": count,
        "accuracy": {"flow": verdict.accuracy / bound.accuracy},
        "accuracy_absolute": {"flow": verdict.accuracy, "real": bound.accuracy},
        "things": {"flow": float(verdict.things.mean()), "real": float(bound.things.mean())},
        "relation": {"flow": float(verdict.relation.mean()), "real": float(bound.relation.mean())},
        "place": {"flow": float(verdict.place.mean()), "real": float(bound.place.mean())},
        "frechet": {"flow": frechet(vectors(recognizer, made), far) / frechet(vectors(recognizer, real), far)},
        "diversity": {
            "flow": diversity(vectors(recognizer, flow([SHEET_PROMPTS[0]] * 16, seed=1))) / diversity(vectors(recognizer, cats()))
        },
        "alpha_agreement": {"flow": alpha_agreement(made, facts), "real": alpha_agreement(real, facts)},
        "psnr": {"autoencoder": card["psnr"]},
        "alpha_iou": {"autoencoder": card["alpha_iou"]},
        "seconds": {"flow": seconds},
    }
    return table, made, prompts


def cats(count: int = 16) -> Tensor:
    """Real scenes of the first sheet prompt."""
    batch = world.scenes(torch.arange(HELD_OUT, HELD_OUT + count), (1.0, 0.0, 0.0, 0.0))
    batch.thing[:, 0], batch.color[:, 0] = 0, -1
    batch.place[:] = next(i for i, place in enumerate(PLACES) if place.name == "meadow")
    return world.draw(batch).rgba


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prompts", type=int, default=1000)
    parser.add_argument("--solver", default="euler")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--scale", type=float, default=4.5, help="guidance scale")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    flow = Flow(options.solver, options.steps, options.scale)
    table, made, prompts = measured(flow, starter("recognizer", "recognizer"), options.prompts)
    folder = RUNS / "report"
    folder.mkdir(parents=True, exist_ok=True)
    sheet(made[:36], 6, folder / "flow.png")
    (folder / "flow.txt").write_text("\n".join(prompts[:36]) + "\n")
    print(f"{options.solver}, {options.steps} steps, guidance {options.scale:g}; sheet: {folder / 'flow.png'}")
    for name, row in table.items():
        figures = "  ".join(f"{key} {value:.3f}" for key, value in row.items()) if isinstance(row, dict) else row
        print(f"{name:18} {figures}")
    if options.json:
        print(json.dumps(table))


if __name__ == "__main__":
    main()
