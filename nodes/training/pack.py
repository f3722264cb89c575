"""Train the models of the starter pack one after another, within a bound: ``python -m nodes.training.pack --device cuda --minutes 9``.

The same command goes on where the last call stopped, until every model has had its share of the total; what passes its floor and beats
what ships is exported. Models that others are trained with come first, and a model whose companions were replaced begins anew.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from nodes.training.loop import RUNS, STARTER


@dataclass(frozen=True)
class Row:
    """A model of the pack.

    Attributes:
        name: how it is called here and in the folder of runs.
        share: of the total time, in hundredths.
        floor: the least of its figure that ships.
        script: in this room.
        on_gpu, on_cpu: its sizes, as options of the script.
    """

    name: str
    share: float
    floor: float
    script: str
    on_gpu: str = ""
    on_cpu: str = ""

    def arguments(self, device: str) -> list[str]:
        return [*(self.on_gpu if device.startswith("cuda") else self.on_cpu).split()]


ORDER = (
    Row("rgba_autoencoder", 7, 26, "autoencoder", "--batch 512"),
    Row("rgba_autoencoder_decoder", 2, 25, "decoders", "--name rgba_autoencoder --batch 384", "--name rgba_autoencoder"),
    Row("recognizer", 6, 0.8, "recognizer", "--batch 256"),
    Row("flow_base", 19, 0.4, "flow", "--batch 1024 --fresh 64 --first 49152"),
    Row("vq", 7, 21, "vq", "--batch 384"),
    Row("vq_decoder", 3, 0.8, "decoders", "--name vq --batch 384", "--name vq"),
    Row("next_token", 10, 0.4, "next_token", "--batch 256 --pool 131072"),
    Row("masked", 9, 0.4, "masked", "--batch 256 --pool 131072"),
    Row("multiscale_vq", 7, 21, "multiscale_vq", "--batch 384"),
    Row("multiscale_vq_decoder", 2, 0.8, "decoders", "--name multiscale_vq --batch 384", "--name multiscale_vq"),
    Row("next_scale", 10, 0.4, "next_scale", "--batch 192 --pool 131072"),
    Row("flow_few_step", 7, 0.4, "few_step", "--batch 512 --fresh 64 --first 32768"),
    Row(
        "flow_small",
        4,
        0.2,
        "flow",
        "--name flow_small --width 128 --keep-words --batch 1024 --fresh 64 --first 32768",
        "--name flow_small --width 128 --keep-words",
    ),
    Row("titok", 4, 16, "titok", "--batch 768"),
    Row("dual_encoder", 2, 0.2, "dual_encoder", "--batch 1024 --fresh 64 --first 16384 --limit 32768"),
    Row("upscaler", 1, 32.5, "upscaler", "--batch 256"),
)
"""A tokenizer comes before its generators, the recognizer before all that it judges, the base model before what comes of it."""

TOTAL = {"cuda": 27.0, "cpu": 1200.0}
"""Minutes of the whole pack: three calls of nine minutes on a GPU, twenty hours on a processor."""
START = 0.3
"""Minutes that are kept for a script's start, its compilation and its figures, beside its training."""
WORTH_COMPILING = 1.5
"""Planned minutes from which on a compiled step wins back what its compilation takes."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--minutes", type=float, default=9.0, help="of this call, all models together")
    parser.add_argument("--total", type=float, default=0.0, help="minutes of the whole pack; 0 = 27 on a GPU, 1200 elsewhere")
    parser.add_argument("--only", nargs="*", default=[row.name for row in ORDER], choices=[row.name for row in ORDER], metavar="NAME")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--compile", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--into", type=Path, default=STARTER, help="where models are exported to")
    parser.add_argument("--runs", type=Path, default=RUNS, help="where checkpoints, logs and sheets go")
    options = parser.parse_args()
    total = options.total or TOTAL["cuda" if options.device.startswith("cuda") else "cpu"]
    until, done = time.monotonic() + options.minutes * 60, Done(options.runs / "pack.json")
    for row in (row for row in ORDER if row.name in options.only):
        planned = total * row.share / 100
        left = (until - time.monotonic()) / 60 - START
        minutes = min(planned - done.minutes(row.name), left)
        if minutes < min(0.1, planned / 4):
            continue
        command = [sys.executable, "-m", f"nodes.training.{row.script}", *_arguments(row, options, minutes, planned)]
        failed = subprocess.run(command).returncode
        if failed:
            print(f"{row.name}: failed, exit code {failed}", flush=True)
        else:
            done.add(row.name, minutes)
    for row in ORDER:
        print(f"{row.name:18} {done.minutes(row.name):7.1f} of {total * row.share / 100:.1f} minutes", flush=True)


def _arguments(row: Row, options: argparse.Namespace, minutes: float, planned: float) -> list[str]:
    common = f"--device {options.device} --threads {options.threads} --minutes {minutes:.3f} --planned {planned:.3f} --floor {row.floor}"
    switches = ["--resume", "--export", *(["--compile"] if options.compile and planned >= WORTH_COMPILING else [])]
    return [*common.split(), *switches, "--into", str(options.into), "--runs", str(options.runs), *row.arguments(options.device)]


class Done:
    """The minutes that each model has had, in a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._minutes: dict[str, float] = json.loads(path.read_text()) if path.exists() else {}

    def minutes(self, name: str) -> float:
        return self._minutes.get(name, 0.0)

    def add(self, name: str, minutes: float) -> None:
        self._minutes[name] = self.minutes(name) + minutes
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(self._minutes, indent=1) + "\n")


if __name__ == "__main__":
    main()
