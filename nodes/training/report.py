"""The judge's table and the sheets: ``python -m nodes.training.report [--prompts N] [--effects N] [--json]``.

Accuracy, Fréchet distance and diversity are ratios to the same figure on real scenes of the same held-out prompts; accuracy error is the
standard error of the first: what lies within two of it may be chance. Accuracy coded is that of the real scenes through the family's
tokenizer, which its pictures can hardly pass. Sheets go to ``training_runs/report/``. A model that does not ship is said to be missing,
and its figures are null.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from nodes.models.recognizer import Recognizer
from nodes.training import world
from nodes.training.captions import Facts
from nodes.training.effects import effects
from nodes.training.flow import SHEET_PROMPTS
from nodes.training.judge import Verdict, alpha_agreement, diversity, fitting_recognizer, frechet, held_out, judged, vectors
from nodes.training.loop import HELD_OUT, RUNS, STARTER, sheet
from nodes.training.makers import FILES, WAYS, Maker, by_flow, makers
from nodes.training.pictures import SCALE
from nodes.training.vocabulary import PLACES


@dataclass(frozen=True)
class Truth:
    """Real scenes of the held-out prompts, and what the judge makes of them."""

    recognizer: Recognizer
    prompts: list[str]
    facts: list[Facts]
    pictures: Tensor
    bound: Verdict
    real: Tensor  # (count, features)
    far: Tensor  # features of other real scenes: how far made and real pictures of the prompts are from them

    @classmethod
    def of(cls, recognizer: Recognizer, count: int) -> Truth:
        batch, prompts, facts = held_out(count)
        real, other = drawn(batch.seed), drawn(batch.seed + count)
        return cls(recognizer, prompts, facts, real, judged(recognizer, real, facts), vectors(recognizer, real), vectors(recognizer, other))


def drawn(seeds: Tensor) -> Tensor:
    return torch.cat([world.draw(world.scenes(part)).rgba for part in seeds.split(64)])


def figures(maker: Maker, truth: Truth, folder: Path) -> dict[str, float]:
    """One column of the table; the first pictures go onto a sheet."""
    made = maker(truth.prompts)
    verdict, seconds = judged(truth.recognizer, made, truth.facts), maker.seconds / maker.count
    sheet(made[:36], 6, folder / f"{maker.name}.png")
    cat = vectors(truth.recognizer, maker([SHEET_PROMPTS[0]] * 16, seed=1))
    return {
        "accuracy": verdict.accuracy / truth.bound.accuracy,
        "accuracy_error": verdict.error / truth.bound.accuracy,
        "accuracy_absolute": verdict.accuracy,
        "accuracy_coded": judged(truth.recognizer, maker.coded(truth.pictures), truth.facts).accuracy / truth.bound.accuracy,
        "things": float(verdict.things.mean()),
        "relation": float(verdict.relation.mean()),
        "place": float(verdict.place.mean()),
        "frechet": frechet(vectors(truth.recognizer, made), truth.far) / frechet(truth.real, truth.far),
        "diversity": diversity(cat) / diversity(vectors(truth.recognizer, cats())),
        "alpha_agreement": alpha_agreement(made, truth.facts),
        "seconds": seconds,
    }


def cats(count: int = 16) -> Tensor:
    """Real scenes of the first sheet prompt."""
    batch = world.scenes(torch.arange(HELD_OUT, HELD_OUT + count), (1.0, 0.0, 0.0, 0.0))
    batch.thing[:, 0], batch.color[:, 0] = 0, -1
    batch.place[:] = next(i for i, place in enumerate(PLACES) if place.name == "meadow")
    return world.draw(batch).rgba


def of_cards(folder: Path = STARTER) -> dict[str, Any]:
    """What the cards of tokenizers and the others say of themselves."""
    cards = {
        path.stem: json.loads(path.read_text()).get("figures", {}) for path in sorted(folder.glob("*.json")) if path.stem != "stickers"
    }
    psnr = {name: card["psnr"] for name, card in cards.items() if "psnr" in card}
    return {"psnr": psnr, "alpha_iou": cards.get("rgba_autoencoder", {}).get("alpha_iou")}


def onto_cards(columns: dict[str, dict[str, float]], prompts: int, folder: Path = STARTER) -> None:
    """Write the accuracy that was measured into the cards: where the way of decoding changed, that is what the next training must beat."""
    for family, column in columns.items():
        path = folder / f"{FILES[family]}.json"
        card = json.loads(path.read_text())
        card["figures"] |= {"accuracy": column["accuracy"], "prompts": prompts}
        path.write_text(json.dumps(card, indent=1) + "\n")


def table(columns: dict[str, dict[str, float]], bound: Verdict) -> dict[str, Any]:
    """Rows of figures by family, null where a family is missing."""
    names = list(next(iter(columns.values()), {"accuracy": 0, "frechet": 0, "seconds": 0}))
    rows: dict[str, Any] = {name: {family: columns[family][name] if family in columns else None for family in FILES} for name in names}
    if "accuracy_absolute" in rows:
        rows["accuracy_absolute"]["real"] = bound.accuracy
    return rows


def printed(rows: dict[str, Any]) -> None:
    for name, row in rows.items():
        shown = row if isinstance(row, dict) else {"": row}
        text = "  ".join(f"{key} {'missing' if value is None else f'{value:.3f}'}" for key, value in shown.items())
        print(f"{name:18} {text}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prompts", type=int, default=1000)
    parser.add_argument("--effects", type=int, default=100, help="prompts of the effects table; 0 leaves it out")
    parser.add_argument("--solver", default="euler")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--scale", type=float, default=SCALE, help="guidance scale")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--runs", type=Path, default=RUNS)
    parser.add_argument("--cards", action="store_true", help="write the accuracy into the cards of what ships")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    folder = options.runs / "report"
    folder.mkdir(parents=True, exist_ok=True)
    found, missing = makers(WAYS | {"flow": by_flow(options.solver, options.steps, options.scale)}, options.device)
    truth = Truth.of(fitting_recognizer(), options.prompts)
    (folder / "prompts.txt").write_text("\n".join(truth.prompts[:36]) + "\n")
    columns = {family: figures(maker, truth, folder) for family, maker in found.items()}
    rows = table(columns, truth.bound) | of_cards()
    print(f"{options.prompts} prompts; flow: {options.solver}, {options.steps} steps, guidance {options.scale:g}; sheets: {folder}")
    for family, reason in missing.items():
        print(f"{family}: missing, {reason}")
    printed(rows)
    if options.cards:
        onto_cards(columns, options.prompts)
    rows["effects"] = effects(truth.recognizer, options.effects, options.device) if options.effects else {}
    if options.json:
        print(json.dumps({"prompts": options.prompts, **rows, "missing": missing}))


if __name__ == "__main__":
    main()
