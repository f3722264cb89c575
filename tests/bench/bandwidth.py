"""How near decoding token by token comes to what memory can give: ``python -m tests.bench.bandwidth [--device cuda] [--json]``.

A token of one picture needs every weight once, and what was read so far. What memory gives is measured by adding up numbers; the share
is how much of it the bytes of a token, times tokens a second, are. On a GPU as the program decodes there, each step asked anew and each
played again as a recorded graph; on a CPU by what weights are kept in. With classifier-free guidance, random weights, draws included.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from nodes.decoding.drawing import drawn_for
from nodes.decoding.logits import Sampler
from nodes.decoding.tokens import Step, fill, in_raster
from nodes.models.llamagen_gpt import LlamaGenGptConfig, LlamaGenReader
from nodes.models.rar import RarConfig, RarReader
from nodes.runtime.few_rows import ON_GPU, WEIGHTS, packed_bytes, ready
from nodes.runtime.replaying import played
from tests.bench.decoding import random_model

READ = 2**30
"""Bytes: more than any cache holds."""


@dataclass(frozen=True)
class Decoded:
    """A model of a published size: its layout and config, its reader, and which of its tables are looked up by rows."""

    layout: str
    config: Any
    reader: Callable[..., Any]
    tables: tuple[str, ...]


MODELS = {
    "LlamaGen-B": Decoded("llamagen-gpt", LlamaGenGptConfig(), LlamaGenReader, ("tok_embeddings", "cls_embedding")),
    "LlamaGen-L": Decoded(
        "llamagen-gpt", LlamaGenGptConfig(1024, 24, 16, hidden=2816), LlamaGenReader, ("tok_embeddings", "cls_embedding")
    ),
    "RAR-B": Decoded("rar", RarConfig(), RarReader, ("embeddings", "pos_embed", "target_aware", "timesteps", "adaLN_modulation")),
}


def waited(device: torch.device) -> float:
    if device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter()


def seconds(work: Callable[[], Any], device: torch.device, rounds: int = 3) -> float:
    """The least of some rounds, after one that is not counted."""
    work()
    found = []
    for _ in range(rounds):
        began = waited(device)
        work()
        found.append(waited(device) - began)
    return min(found)


def bandwidth(device: torch.device) -> float:
    """Bytes a second that are read to add up numbers."""
    numbers = torch.ones(READ // 4, device=device)
    return READ / seconds(lambda: numbers.sum(), device)


def bytes_of_a_token(model: torch.nn.Module, decoded: Decoded, reader: Any) -> int:
    """Weights that are read for a token, and keys and values at half of the picture."""
    weights = sum(value.nbytes for name, value in model.state_dict().items() if not any(table in name for table in decoded.tables))
    return weights + packed_bytes(model) + sum(kept.nbytes for kept in reader.cache.kept) // 2


def loops(decoded: Decoded, device: torch.device, tokens: int) -> dict[str, tuple[Callable[[], Any], int]]:
    """What writes so many tokens, and the bytes of each, by the way."""
    labels = [torch.tensor([number], device=device) for number in (1, 1000)]
    steps = [Step(step.asked.to(device), step.scale) for step in in_raster(tokens, [4.0] * tokens)]
    made: dict[str, tuple[Callable[[], Any], int]] = {}

    def add(way: str, weights: str, opened: Callable[[Any], Any]) -> None:
        model = ready(random_model(decoded.layout, decoded.config).to(device), weights)
        of = opened(decoded.reader(model, labels))
        made[way] = (lambda: write(opened(decoded.reader(model, labels)), steps, device), bytes_of_a_token(model, decoded, of))

    if device.type == "cuda":
        add("asked anew", ON_GPU, lambda reader: reader)
        add("played again", ON_GPU, played)
    else:
        for weights in WEIGHTS:
            add(weights, weights, lambda reader: reader)
    return made


def write(reader: Any, steps: Sequence[Step], device: torch.device) -> Tensor:
    draw = drawn_for(0, [0])
    sampler = Sampler(lambda kind, step, shape: draw(kind, step, shape).to(device), k=2000)
    return fill(reader, torch.zeros(1, reader.model.config.length, dtype=torch.int64, device=device), steps, sampler)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.bandwidth", description=__doc__)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--only", default=",".join(MODELS), help="models, with commas between them")
    parser.add_argument("--tokens", type=int, default=256, help="of a picture that are written")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="as last line an object of the figures")
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    device, found = torch.device(asked.device), {}
    with torch.inference_mode():
        gives = bandwidth(device)
        print(f"memory  {gives / 1e9:.0f} GB/s")
        for name in asked.only.split(","):
            for way, (run, each) in loops(MODELS[name], device, asked.tokens).items():
                speed = asked.tokens / seconds(run, device)
                found[f"{name}, {way}"] = {"tokens a second": round(speed, 1), "share": round(speed * each / gives, 3)}
                print(f"{name:<10}  {way:<12}  {speed:8.1f} tokens/s  {speed * each / gives:.1%} of what memory gives", flush=True)
    if asked.json:
        print(json.dumps({"gigabytes a second": round(gives / 1e9), **found}))


if __name__ == "__main__":
    main()
