"""What every training script shares: the command line, the clock, checkpoints, moving averages, the log and sheets.

A script gives a `Trainer` its networks and a loss a step; everything that a restart needs is in the checkpoint.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from nodes.runtime.devices import precision
from nodes.training.muon import Muon
from nodes.training.plain_attention import plain_attention
from nodes.training.world import STARTER

RUNS = Path(__file__).parents[2] / "training_runs"
HIDDEN = re.compile(r"(blocks?|layers?|transformer)\.(\d+\.)?")
"""Names of the parameters inside the blocks of a transformer: Muon's, where they are matrices."""
WARMUP = 200
"""Steps over which the learning rate rises."""
HELD_OUT = 1 << 40
"""Scene seeds from here on are never trained on; the judge draws its prompts from them."""


def arguments(description: str, minutes: float, batch: int, steps: int) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--minutes", type=float, default=minutes, help="stop after this long")
    parser.add_argument("--planned", type=float, default=0.0, help="minutes of all runs together, where this one is a part; 0 = this one")
    steps_help = "the last step; the learning rate falls towards it, or towards the end of the planned minutes"
    parser.add_argument("--steps", type=int, default=steps, help=steps_help)
    parser.add_argument("--batch", type=int, default=batch)
    parser.add_argument("--rate", type=float, default=1.0, help="what learning rates are multiplied by; below 1 spares good weights")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--compile", action="store_true", help="compile the networks")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--export", action="store_true", help="write the averaged weights and the card at the end, if they are worth it")
    parser.add_argument("--floor", type=float, default=0.0, help="the least figure that is exported")
    parser.add_argument("--judged", type=int, default=128, help="held-out prompts that the judge asks a generator")
    parser.add_argument("--into", type=Path, default=STARTER, help="where models are exported to")
    parser.add_argument("--runs", type=Path, default=RUNS, help="where checkpoints, logs and sheets go")
    return parser


def learning_rate(progress: float, final: float = 0.02) -> float:
    """Of the peak: constant to 60 % of the training, then cosine to ``final``."""
    decay = min(1.0, max(0.0, (progress - 0.6) / 0.4))
    return final + (1 - final) * 0.5 * (1 + math.cos(math.pi * decay))


@dataclass
class Trainer:
    """Owns the loop of one script.

    ``networks`` are trained and exported by name; ``heads`` are trained along and left behind at the export. ``companions`` are the
    digests of the models that it is trained with: a checkpoint of others is not gone on from.
    """

    name: str
    options: argparse.Namespace
    networks: dict[str, nn.Module]
    heads: dict[str, nn.Module] = field(default_factory=dict)
    rate: float = 1e-3
    matrix_rate: float = 0.0  # Muon's rate for hidden matrices; 0 = AdamW for all
    average: float = 0.999
    companions: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        torch.set_num_threads(self.options.threads)
        torch.set_float32_matmul_precision("high")
        self.folder = self.options.runs / self.name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.step = 0
        self.seconds = 0.0
        self.began = time.monotonic()
        self.device = torch.device(self.options.device)
        self.modules = nn.ModuleDict({**self.networks, **self.heads}).to(self.device)
        self.optimizers = self._optimizers()
        self.planned_seconds = (self.options.planned or self.options.minutes) * 60
        self.averaged = {key: value.detach().clone().float() for key, value in self.modules.state_dict().items()}
        if self.options.resume and (self.folder / "checkpoint.pt").exists():
            self._load()

    def _optimizers(self) -> list[torch.optim.Optimizer]:
        named = [(key, p) for key, p in self.modules.named_parameters() if p.requires_grad]
        matrices = [p for key, p in named if self.matrix_rate and p.ndim == 2 and HIDDEN.search(key)]
        chosen = {id(p) for p in matrices}
        rest = [p for _, p in named if id(p) not in chosen]
        fused = self.device.type == "cuda"
        found: list[torch.optim.Optimizer] = [torch.optim.AdamW(rest, lr=self.rate, betas=(0.9, 0.98), weight_decay=0.01, fused=fused)]
        if matrices:
            found.append(Muon(matrices, lr=self.matrix_rate, weight_decay=0.01))
        for optimizer in found:
            for group in optimizer.param_groups:
                group["peak"] = group["lr"] * self.options.rate
        return found

    def progress(self) -> float:
        """Share of the training that is done: of its steps or of its minutes, whichever end comes first."""
        return max(self.step / self.options.steps, self.seconds / self.planned_seconds)

    def steps(self) -> Iterator[int]:
        """Step numbers until the steps or the minutes run out; what was done since the trainer was made, a pool drawn, counts too."""
        saved = time.monotonic()
        before = self.seconds
        while self.step < self.options.steps and time.monotonic() - self.began < self.options.minutes * 60:
            yield self.step
            self.step += 1
            self.seconds = before + time.monotonic() - self.began
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
            torch._foreach_lerp_(list(self.averaged.values()), [value.float() for value in self.modules.state_dict().values()], 1 - decay)

    @contextmanager
    def precision(self) -> Iterator[None]:
        """Large products in bfloat16 where the hardware multiplies it; on a processor attention by such products."""
        dtype, plain = precision(self.device.type), plain_attention() if self.device.type == "cpu" else nullcontext()
        with plain, torch.autocast(self.device.type, torch.bfloat16, enabled=dtype == torch.bfloat16):
            yield

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
            "companions": self.companions,
            "modules": self.modules.state_dict(),
            "averaged": self.averaged,
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
        }
        part = self.folder / "checkpoint.part"
        torch.save(state, part)
        part.replace(self.folder / "checkpoint.pt")

    def _load(self) -> None:
        state = torch.load(self.folder / "checkpoint.pt", map_location=self.device, weights_only=True)
        if reason := self._misfit(state):
            print(f"{self.name}: begins anew, {reason}", flush=True)
            return
        self.step, self.seconds = state["step"], state["seconds"]
        if not self.options.planned:
            self.planned_seconds += self.seconds
        self.modules.load_state_dict(state["modules"])
        self.averaged = state["averaged"]
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)

    def _misfit(self, state: dict[str, Any]) -> str:
        if state.get("companions", self.companions) != self.companions:
            return "the models that its checkpoint was trained with were replaced"
        its = {key: value.shape for key, value in state["modules"].items()}
        mine = {key: value.shape for key, value in self.modules.state_dict().items()}
        return "" if its == mine else "its checkpoint is of another size"

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
        return torch.arange(first, first + self.options.batch, device=self.device)

    def weights(self, name: str) -> dict[str, Tensor]:
        """The averaged weights of one network."""
        return {key.removeprefix(f"{name}."): value for key, value in self.averaged.items() if key.startswith(f"{name}.")}

    def trained(self, script: str) -> dict[str, Any]:
        """What the card says of the training."""
        o = self.options
        return {"script": f"python -m nodes.training.{script}", "seed": o.seed, "steps": self.step, "batch": o.batch,
                "seconds": round(self.seconds), "hardware": hardware(self.device)}  # fmt: skip


def hardware(device: torch.device) -> str:
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.processor() or platform.machine()
    return f"{name}, torch {torch.__version__}"


def sheet(pictures: Tensor, columns: int, path: Path) -> None:
    """Write straight RGBA (batch, 4, height, width) as one sheet over a checkerboard."""
    pictures = pictures.detach().float().cpu()
    count, _, height, width = pictures.shape
    squares = (torch.arange(height)[:, None] // 8 + torch.arange(width)[None] // 8) % 2
    board = 0.72 + 0.16 * squares
    flat = pictures[:, :3] * pictures[:, 3:] + board * (1 - pictures[:, 3:])
    rows = -(-count // columns)
    flat = torch.cat([flat, torch.ones(rows * columns - count, 3, height, width)])
    grid = flat.view(rows, columns, 3, height, width).permute(0, 3, 1, 4, 2).reshape(rows * height, columns * width, 3)
    Image.fromarray((grid.clamp(0, 1) * 255).round().byte().numpy().astype(np.uint8)).save(path)
