"""What every training script shares: the command line, the clock, checkpoints, moving averages, the log, sheets and the export.

A script gives a `Trainer` its networks and a function from a step number to a loss; everything that a restart needs is in the checkpoint.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor, nn

from nodes.training.muon import Muon
from nodes.training.world import STARTER

RUNS = Path(__file__).parents[2] / "training_runs"
WARMUP = 200
"""Steps over which the learning rate rises."""
HELD_OUT = 1 << 40
"""Scene seeds from here on are never trained on; the judge draws its prompts from them."""


def arguments(description: str, minutes: float, batch: int, steps: int) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--minutes", type=float, default=minutes, help="stop after this long")
    steps_help = "the last step; the learning rate falls towards it, or towards the end of the minutes"
    parser.add_argument("--steps", type=int, default=steps, help=steps_help)
    parser.add_argument("--batch", type=int, default=batch)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--compile", action="store_true", help="compile the networks")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--export", action="store_true", help="write the averaged weights and the card to assets/starter at the end")
    return parser


def learning_rate(progress: float, final: float = 0.02) -> float:
    """Of the peak: constant to 60 % of the training, then cosine to ``final``."""
    decay = min(1.0, max(0.0, (progress - 0.6) / 0.4))
    return final + (1 - final) * 0.5 * (1 + math.cos(math.pi * decay))


@dataclass
class Trainer:
    """Owns the loop of one script.

    ``networks`` are trained and exported by name; ``heads`` are trained along and left behind at the export.
    """

    name: str
    options: argparse.Namespace
    networks: dict[str, nn.Module]
    heads: dict[str, nn.Module] = field(default_factory=dict)
    rate: float = 1e-3
    matrix_rate: float = 0.0  # Muon's rate for hidden matrices; 0 = AdamW for all
    average: float = 0.999

    def __post_init__(self) -> None:
        torch.set_num_threads(self.options.threads)
        self.folder = RUNS / self.name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.step = 0
        self.seconds = 0.0
        device = torch.device(self.options.device)
        self.modules = nn.ModuleDict({**self.networks, **self.heads}).to(device)
        self.optimizers = self._optimizers()
        self.planned_seconds = self.options.minutes * 60
        self.averaged = {key: value.detach().clone().float() for key, value in self.modules.state_dict().items()}
        if self.options.resume and (self.folder / "checkpoint.pt").exists():
            self._load()

    def _optimizers(self) -> list[torch.optim.Optimizer]:
        named = list(self.modules.named_parameters())
        matrices = [p for key, p in named if self.matrix_rate and p.ndim == 2 and "blocks." in key]
        chosen = {id(p) for p in matrices}
        rest = [p for _, p in named if id(p) not in chosen]
        found: list[torch.optim.Optimizer] = [torch.optim.AdamW(rest, lr=self.rate, betas=(0.9, 0.98), weight_decay=0.01)]
        if matrices:
            found.append(Muon(matrices, lr=self.matrix_rate, weight_decay=0.01))
        for optimizer in found:
            for group in optimizer.param_groups:
                group["peak"] = group["lr"]
        return found

    def progress(self) -> float:
        """Share of the training that is done: of its steps or of its minutes, whichever end comes first."""
        return max(self.step / self.options.steps, self.seconds / self.planned_seconds)

    def steps(self) -> Iterator[int]:
        """Step numbers until the steps or the minutes run out."""
        began = time.monotonic()
        saved = began
        before = self.seconds
        while self.step < self.options.steps and time.monotonic() - began < self.options.minutes * 60:
            yield self.step
            self.step += 1
            self.seconds = before + time.monotonic() - began
            if time.monotonic() - saved > 180:
                self.save()
                saved = time.monotonic()
        self.save()

    def descend(self, loss: Tensor) -> None:
        """One optimizer step; the average follows with a window that grows to its length."""
        factor = min(1.0, (self.step + 1) / WARMUP) * learning_rate(self.progress())
        loss.backward()
        nn.utils.clip_grad_norm_(self.modules.parameters(), 1.0)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = group["peak"] * factor
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        decay = min(self.average, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for key, value in self.modules.state_dict().items():
                self.averaged[key].lerp_(value.float(), 1 - decay)

    def log(self, **figures: float | Tensor) -> None:
        row = {
            "step": self.step,
            "seconds": round(self.seconds, 1),
            **{k: round(float(torch.as_tensor(v).detach()), 5) for k, v in figures.items()},
        }
        with (self.folder / "log.jsonl").open("a") as file:
            file.write(json.dumps(row) + "\n")
        print(json.dumps(row), flush=True)

    def save(self) -> None:
        state = {
            "step": self.step,
            "seconds": self.seconds,
            "modules": self.modules.state_dict(),
            "averaged": self.averaged,
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
        }
        part = self.folder / "checkpoint.part"
        torch.save(state, part)
        part.replace(self.folder / "checkpoint.pt")

    def _load(self) -> None:
        state = torch.load(self.folder / "checkpoint.pt", map_location=self.options.device, weights_only=True)
        self.step, self.seconds = state["step"], state["seconds"]
        self.planned_seconds += self.seconds
        self.modules.load_state_dict(state["modules"])
        self.averaged = state["averaged"]
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)

    def with_average(self, work: Callable[[], Any]) -> Any:
        """Run ``work`` with the averaged weights in place, then put the trained ones back."""
        trained = {key: value.detach().clone() for key, value in self.modules.state_dict().items()}
        self.modules.load_state_dict(self.averaged)
        self.modules.eval()
        try:
            with torch.no_grad():
                return work()
        finally:
            self.modules.load_state_dict(trained)
            self.modules.train()

    def seeds(self, step: int) -> Tensor:
        """The scene seeds of a step: never repeated, never held out."""
        first = self.options.seed * (1 << 32) + step * self.options.batch
        return torch.arange(first, first + self.options.batch, device=self.options.device)


def write_model(
    file: str, weights: dict[str, Tensor], config: dict[str, Any], layout: str, trained: dict[str, Any], folder: Path = STARTER
) -> Path:
    """Write fp16 weights with their config in the header, and the card beside them."""
    path = folder / f"{file}.safetensors"
    half = {key: value.detach().cpu().half().contiguous() for key, value in weights.items()}
    save_file(half, path, metadata={"layout": layout, "config": json.dumps(config)})
    card = {
        "file": path.name,
        "layout": layout,
        "config": config,
        "parameters": sum(value.numel() for value in half.values()),
        "bytes": path.stat().st_size,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "licence": "Apache-2.0",
        "data": "the sticker world (nodes/training/world.py), stickers from Noto Color Emoji",
        "hardware": f"{platform.processor() or platform.machine()}, torch {torch.__version__}",
        **trained,
    }
    path.with_suffix(".json").write_text(json.dumps(card, indent=1) + "\n")
    return path


def sheet(pictures: Tensor, columns: int, path: Path) -> None:
    """Write straight RGBA (batch, 4, height, width) as one sheet over a checkerboard."""
    count, _, height, width = pictures.shape
    squares = (torch.arange(height)[:, None] // 8 + torch.arange(width)[None] // 8) % 2
    board = 0.72 + 0.16 * squares
    flat = pictures[:, :3] * pictures[:, 3:] + board * (1 - pictures[:, 3:])
    rows = -(-count // columns)
    flat = torch.cat([flat, torch.ones(rows * columns - count, 3, height, width)])
    grid = flat.view(rows, columns, 3, height, width).permute(0, 3, 1, 4, 2).reshape(rows * height, columns * width, 3)
    Image.fromarray((grid.clamp(0, 1) * 255).round().byte().numpy().astype(np.uint8)).save(path)
