"""The judge's table and the sheets: ``python -m nodes.training.report [--prompts N] [--json]``.

Every figure is a ratio to the same figure on real scenes of the same held-out prompts. Sheets go to ``training_runs/report/``.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from nodes.training import world
from nodes.training.flow import SHEET_PROMPTS, load_autoencoder, load_flow, sampled
from nodes.training.judge import alpha_agreement, diversity, frechet, held_out, judged, load_recognizer, vectors
from nodes.training.loop import HELD_OUT, RUNS, STARTER, sheet


def generated(prompts: list[str], steps: int, scale: float, seed: int = 0) -> tuple[Tensor, float]:
    """Pictures of the prompts (count, 4, side, side) by the shipped flow model, and the seconds that they took."""
    model, encoder = load_flow()
    autoencoder = load_autoencoder()
    began = time.perf_counter()
    pictures = []
    with torch.no_grad():
        for start in range(0, len(prompts), 32):
            latents = sampled(model, encoder, prompts[start : start + 32], steps, scale, seed + start)
            pictures.append(autoencoder.decode(latents))
    return torch.cat(pictures), time.perf_counter() - began


def reconstruction(count: int = 256) -> dict[str, float]:
    """What the autoencoder keeps of held-out scenes, from its card."""
    figures = json.loads((STARTER / "rgba_autoencoder.json").read_text())["figures"]
    return {"psnr": figures["psnr"], "alpha_iou": figures["alpha_iou"]}


def measured(count: int, steps: int, scale: float) -> tuple[dict[str, Any], Tensor, list[str]]:
    recognizer = load_recognizer()
    batch, prompts, facts = held_out(count)
    real = torch.cat([world.draw(world.scenes(part)).rgba for part in batch.seed.split(64)])
    other = torch.cat([world.draw(world.scenes(part + count)).rgba for part in batch.seed.split(64)])
    made, seconds = generated(prompts, steps, scale)
    bound, verdict = judged(recognizer, real, facts), judged(recognizer, made, facts)
    seen_real, seen_made = vectors(recognizer, real), vectors(recognizer, made)
    same, _ = generated([SHEET_PROMPTS[0]] * 16, steps, scale, seed=9000)
    figures = {
        "prompts": count,
        "steps": steps,
        "scale": scale,
        "accuracy": {"flow": verdict.accuracy / bound.accuracy},
        "accuracy_absolute": verdict.accuracy,
        "upper_bound": bound.accuracy,
        "things": float(verdict.things.mean()),
        "relation": float(verdict.relation.mean()),
        "place": float(verdict.place.mean()),
        "alpha_agreement": alpha_agreement(made, facts),
        "frechet": {"flow": frechet(seen_made, seen_real) / frechet(vectors(recognizer, other), seen_real)},
        "diversity": diversity(vectors(recognizer, same)) / diversity(vectors(recognizer, _real_cats())),
        "seconds": {"flow": seconds / count},
        **reconstruction(),
    }
    return figures, made, prompts


def _real_cats() -> Tensor:
    """Real scenes of the first sheet prompt: sixteen cats in meadows."""
    batch = world.scenes(torch.arange(HELD_OUT, HELD_OUT + 16), (1.0, 0.0, 0.0, 0.0))
    meadow = next(i for i, place in enumerate(world.PLACES) if place.name == "meadow")
    batch.thing[:, 0], batch.color[:, 0], batch.place[:] = 0, -1, meadow
    return world.draw(batch).rgba


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prompts", type=int, default=1000)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--scale", type=float, default=3.0, help="guidance scale")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    options = parser.parse_args()
    figures, made, prompts = measured(options.prompts, options.steps, options.scale)
    folder = RUNS / "report"
    folder.mkdir(parents=True, exist_ok=True)
    sheet(made[:36], 6, folder / "flow.png")
    (folder / "flow.txt").write_text("\n".join(prompts[:36]) + "\n")
    print(f"sheet of the first 36 prompts: {Path(folder / 'flow.png')}")
    for name, value in figures.items():
        print(f"{name:18} {value}")
    if options.json:
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
