"""Average a generator that ships with another training of it: ``python -m nodes.training.averages flow_few_step OTHER --export``.

Trainings that begin with the same weights end in one basin, where the mean of their weights is often better than either (Wortsman et al.
2022, "Model soups"). OTHER is the checkpoint of a training, or a model file of the same sizes.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from nodes.models.files import sha256
from nodes.training.export import Export, card_of, write_model
from nodes.training.judge import fitting_recognizer, prompt_accuracy
from nodes.training.loop import STARTER
from nodes.training.makers import FILES, WAYS, Maker


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=tuple(FILES.values()))
    parser.add_argument("other", type=Path)
    parser.add_argument("--share", type=float, default=0.5, help="of the other in the mean")
    parser.add_argument("--judged", type=int, default=256, help="held-out prompts that the judge asks")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--export", action="store_true", help="write the mean if it is better than both")
    parser.add_argument("--into", type=Path, default=STARTER, help="where it is exported to")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    maker = Maker(options.name, next(WAYS[family] for family, file in FILES.items() if file == options.name))
    its = {key: value.clone() for key, value in maker.model.state_dict().items()}
    other = weights_in(options.other, its)
    recognizer, found = fitting_recognizer(), {}
    for share in (0.0, 1.0, options.share):
        load(maker.model, its, other, share)
        found[share] = prompt_accuracy(recognizer, maker, options.judged)
        print(json.dumps({"share": share, "accuracy": round(found[share], 5)}), flush=True)
    if options.export and found[options.share] > max(found[0.0], found[1.0]):
        card = card_of(options.into / f"{options.name}.json")
        told = {key: card[key] for key in ("script", "seed", "steps", "batch", "seconds", "hardware")}
        figures = {"accuracy": found[options.share], "prompts": options.judged}
        mean = {"share": options.share, "accuracy": found[1.0], **told_of(options.other)}
        before = {"sha256": card["sha256"], "accuracy": found[0.0]}
        what = Export(options.name, card["layout"], maker.model.config, companions=card["companions"])
        trained = told | {"figures": figures, "averaged": {"before": before, "with": mean}}
        write_model(what, maker.model.state_dict(), trained, options.into)


def load(model: nn.Module, its: dict[str, Tensor], other: dict[str, Tensor], share: float) -> None:
    model.load_state_dict({key: value.lerp(other[key].to(value), share) for key, value in its.items()})


def weights_in(path: Path, like: dict[str, Tensor]) -> dict[str, Tensor]:
    """The averaged weights of the one network in a checkpoint that has these names and shapes, or those of a model file.

    Raises:
        ValueError: there are none.
    """
    found: dict[str, Tensor] = load_file(path) if path.suffix == ".safetensors" else torch.load(path, weights_only=True)["averaged"]
    prefixes = {key.removesuffix(name) for name in like for key in found if key.endswith(name)}
    for prefix in sorted(prefixes, key=len):
        if all(found.get(prefix + name, torch.empty(0)).shape == value.shape for name, value in like.items()):
            return {name: found[prefix + name].float() for name in like}
    raise ValueError(f"{path.name}: must hold the {len(like)} tensors of the model that ships, of the same shapes")


def told_of(path: Path) -> dict[str, Any]:
    """How far a training came, as the card says it."""
    if path.suffix == ".safetensors":
        return {"sha256": sha256(path)}
    state = torch.load(path, weights_only=True)
    return {"steps": state["step"], "seconds": round(state["seconds"])}


if __name__ == "__main__":
    main()
