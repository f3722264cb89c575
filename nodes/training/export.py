"""From trained weights to a model file with its card, where it is worth it.

A model replaces the one that ships when its figure is better, or when the old one was trained on other companions or another world; the
card keeps both figures.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from nodes.training.loop import STARTER, Trainer
from nodes.training.vocabulary import THINGS


@dataclass(frozen=True)
class Export:
    """A model that may be written.

    Attributes:
        file: its name without suffix.
        layout: what it holds (`nodes.models.known_layouts`).
        config: its sizes, a frozen dataclass.
        mark: the figure that decides, larger is better; None = it is always written.
        companions: digests of the models that it needs, by role; they go into the header.
    """

    file: str
    layout: str
    config: Any
    mark: str | None = None
    companions: dict[str, str] = field(default_factory=dict)


def export(trainer: Trainer, network: str, what: Export, script: str, figures: dict[str, float]) -> Path | None:
    """Write a network where it is worth it; None where it is not."""
    if not worth(trainer, what, figures):
        return None
    card = card_of(trainer.options.into / f"{what.file}.json")
    trained = trainer.trained(script) | {"figures": figures}
    if card.get("sha256"):
        trained["replaced"] = {key: card[key] for key in ("sha256", "figures", "script", "steps") if key in card}
    return write_model(what, trainer.weights(network), trained, trainer.options.into)


def worth(trainer: Trainer, what: Export, figures: dict[str, float]) -> bool:
    """Whether the figure reaches the floor and beats the model that ships; the reason is printed where it does not."""
    card = card_of(trainer.options.into / f"{what.file}.json")
    its = card.get("companions", {})
    # A companion that was trained along is another one each time: only those that were given count.
    same = all(its.get(role) == digest for role, digest in what.companions.items()) and card.get("things") == len(THINGS)
    reason = _refused(what, figures, card.get("figures", {}) if same else {}, trainer.options.floor)
    if reason:
        print(f"{what.file}: not exported, {reason}", flush=True)
    return not reason


def _refused(what: Export, figures: dict[str, float], before: dict[str, float], floor: float) -> str:
    if what.mark is None:
        return ""
    mine, its = figures[what.mark], before.get(what.mark)
    if mine < floor:
        return f"{what.mark} must be at least {floor:g}, is {mine:.4g}"
    if its is not None and mine <= its:
        return f"{what.mark} must be above the {its:.4g} of the model that ships, is {mine:.4g}"
    return ""


def card_of(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text()) if path.exists() else {}


def write_model(what: Export, weights: dict[str, Tensor], trained: dict[str, Any], folder: Path = STARTER) -> Path:
    """Write fp16 weights with layout, config and companions in the header, and the card beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{what.file}.safetensors"
    half = {key: value.detach().cpu().half().contiguous() for key, value in weights.items()}
    config = dataclasses.asdict(what.config)
    metadata = {"layout": what.layout, "config": json.dumps(config)}
    save_file(half, path, metadata=metadata | what.companions)
    path.chmod(0o644)  # the library makes files that only their owner may read
    card = {
        "file": path.name,
        "layout": what.layout,
        "config": config,
        "companions": what.companions,
        "parameters": sum(value.numel() for value in half.values()),
        "bytes": path.stat().st_size,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "licence": "Apache-2.0",
        "things": len(THINGS),
        "data": "the sticker world (nodes/training/world.py), stickers from Noto Color Emoji",
        **trained,
    }
    path.with_suffix(".json").write_text(json.dumps(card, indent=1) + "\n")
    return path


def told(folder: Path, role: str, before: str, now: str) -> list[str]:
    """Give the models that name a companion by its digest the new one, in header and card; their names."""
    names = []
    for path in sorted(folder.glob("*.safetensors")):
        card = card_of(path.with_suffix(".json"))
        if card.get("companions", {}).get(role) != before:
            continue
        with safe_open(path, "pt") as file:
            tensors, metadata = {key: file.get_tensor(key) for key in file.keys()}, file.metadata()  # noqa: SIM118, it is no dict
        # The flow transformer's config names them as well, in a field of its own.
        save_file(tensors, path, metadata={key: text.replace(before, now) for key, text in metadata.items()})
        path.chmod(0o644)
        card["config"] = json.loads(json.dumps(card["config"]).replace(before, now))
        card["companions"][role], card["sha256"], card["bytes"] = now, hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size
        path.with_suffix(".json").write_text(json.dumps(card, indent=1) + "\n")
        names.append(path.stem)
    return names
