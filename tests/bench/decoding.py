"""Ours beside the official decoding loops, on the same weights in one run: ``python -m tests.bench.decoding [--references DIR] [--json]``.

One picture of 256 px with classifier-free guidance each. Figures are of CPU seconds, the least of some rounds in which both take
turns; the ratio is how many times the tokens a second of the other loop in float32 ours makes, by what our weights are kept in: float16 is
what the program does where there is a choice. A family without an official copy stands beside a plain loop of our own, and says so.
"""

from __future__ import annotations

import argparse
import copy
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from nodes.models.layouts import LAYOUTS, filled
from nodes.models.llamagen_gpt import LlamaGenGptConfig
from nodes.models.mar import MarConfig
from nodes.models.masked_generators import ImageBertConfig
from nodes.models.rar import RarConfig
from nodes.models.var_transformer import VarTransformerConfig
from nodes.runtime.few_rows import FEW_ROWS, WEIGHTS, can_pack, ready
from tests.bench import loops
from tests.bench.references import ORIGINALS, Absent
from tests.bench.sizes import BASE_TOKENS, DEPTH, HEADS, HIDDEN, LENGTH, SIDES, WIDTH

Run = Callable[[], Any]


@dataclass(frozen=True)
class Family:
    """What is decoded: ``loop(model, tokenizer, plain)`` gives our loop; tokens are those of one picture."""

    layout: str
    config: Any
    loop: Callable[[Any, Any, bool], Run]
    tokens: int = LENGTH
    tokenizer: str = ""


BERT = ImageBertConfig(WIDTH, DEPTH, 16, HIDDEN, 1024, 1000, LENGTH)
FAMILIES = {
    "llamagen": Family("llamagen-gpt", LlamaGenGptConfig(WIDTH, DEPTH, HEADS, hidden=1024), loops.llamagen),
    "llamagen-b": Family("llamagen-gpt", LlamaGenGptConfig(), partial(loops.llamagen, tokens=BASE_TOKENS), BASE_TOKENS),
    "rar": Family("rar", RarConfig(WIDTH, DEPTH, 16, HIDDEN), loops.rar),
    "var": Family("var-transformer", VarTransformerConfig(WIDTH, DEPTH, HEADS, HIDDEN), loops.var, sum(s**2 for s in SIDES), "var-vqvae"),
    "maskgit": Family("imagebert", BERT, loops.maskgit),
    "mar": Family("mar", MarConfig(16, *(WIDTH, DEPTH, HEADS, HIDDEN) * 2, head_width=512, head_depth=3), loops.mar),
}


def random_model(layout: str, config: Any = None) -> nn.Module:
    model = LAYOUTS[layout].module(config) if config else LAYOUTS[layout].module()
    for value in model.parameters():
        nn.init.normal_(value, std=0.02)
    return model.eval().requires_grad_(False)


def of_tensors(layout: str, tensors: dict[str, Tensor]) -> nn.Module:
    known = LAYOUTS[layout]
    return filled(known, known.read({key: tuple(value.shape) for key, value in tensors.items()}), dict(tensors))


def loops_of(name: str, folder: Path | None) -> tuple[dict[str, Run], dict[str, Run]]:
    """Our loops by what the weights are kept in, and the others over the same weights."""
    family = FAMILIES[name]
    try:
        if folder is None:
            raise Absent("no --references")
        original = ORIGINALS[name](folder)
    except Absent as absent:
        print(f"{name}: no official loop, a plain one of ours instead ({absent})")
        model = random_model(family.layout, family.config)
        tokenizer = random_model(family.tokenizer) if family.tokenizer else None
        return in_weights(family, model, tokenizer), {"plain": family.loop(copy.deepcopy(model), tokenizer, True)}
    tokenizer = of_tensors(family.tokenizer, original.beside) if family.tokenizer else None
    theirs = {"official": original.run, "official bfloat16": original.lower}
    return in_weights(family, of_tensors(family.layout, original.tensors), tokenizer), {key: run for key, run in theirs.items() if run}


def in_weights(family: Family, model: nn.Module, tokenizer: Any) -> dict[str, Run]:
    """As the program runs it; models that are asked for few rows have a choice of weights."""
    few = LAYOUTS[family.layout].family in FEW_ROWS
    kinds = (WEIGHTS if can_pack() else WEIGHTS[:1]) if few else ("float32",)
    made = {kind: ready(copy.deepcopy(model), kind) if few else model for kind in kinds}
    return {kind: torch.inference_mode()(family.loop(one, tokenizer, False)) for kind, one in made.items()}


def seconds(run: Run) -> float:
    began = time.process_time()
    run()
    return time.process_time() - began


def measured(name: str, folder: Path | None, rounds: int) -> dict[str, Any]:
    """Tokens a second of each loop, and how many times those of the other in float32 each of ours makes."""
    ours, theirs = loops_of(name, folder)
    runs = {**theirs, **ours}
    for run in runs.values():
        run()  # what is made once is made
    turns = [{key: seconds(run) for key, run in runs.items()} for _ in range(rounds)]
    least = {key: min(turn[key] for turn in turns) for key in runs}
    beside = least[next(iter(theirs))]
    speeds = {key: round(FAMILIES[name].tokens / least[key], 1) for key in runs}
    return {"tokens a second": speeds, "ratio": {key: round(beside / least[key], 2) for key in (*ours, *list(theirs)[1:])}}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.decoding", description=__doc__)
    parser.add_argument("--references", type=Path, help="a folder with copies of LlamaGen, VAR, 1d-tokenizer and mar")
    parser.add_argument("--only", default=",".join(FAMILIES), help="families, with commas between them")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1, help="of both; spinning threads spoil figures on a busy machine")
    parser.add_argument("--json", action="store_true", help="as last line an object of the figures by family")
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    found = {}
    with torch.no_grad():
        for name in asked.only.split(","):
            found[name] = measured(name, asked.references, asked.rounds)
            for key, values in found[name].items():
                print(f"{name:<10}  {key:<15} ", *(f"{kind} {value}" for kind, value in values.items()), sep="  ", flush=True)
    if asked.json:
        print(json.dumps(found))


if __name__ == "__main__":
    main()
