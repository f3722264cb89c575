"""What methods change on the pack's own models, as small tables: each is measured where its models ship, else said to be missing."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from nodes.decoding.denoising import guided
from nodes.decoding.guidance import ClassifierFree
from nodes.decoding.solvers import Denoise
from nodes.models.prediction import predict_flow
from nodes.models.recognizer import Recognizer
from nodes.training.autoencoder import held_out, premultiplied, psnr
from nodes.training.control_effects import CONTROLS, control_effect
from nodes.training.judge import prompt_accuracy
from nodes.training.makers import FILES, WAYS, Maker, by_flow, by_tokens, generator_or_none, makers, tokenizer_or_none
from nodes.training.pictures import denoised_pictures, guidance
from nodes.training.token_effects import AFTER_ANOTHER, AT_ONCE, OVER_SCALES, SPECULATIVE
from nodes.training.token_pictures import Way
from nodes.values import Conditioning, Strategy

Row = dict[str, Any]
STEPS = 20


class Bench:
    """What the effects are measured with."""

    def __init__(self, recognizer: Recognizer, count: int, device: str) -> None:
        self.recognizer, self.count, self.device = recognizer, count, device
        self.found, _ = makers(WAYS, device)
        self.small, self.line = generator_or_none("flow_small", device), tokenizer_or_none("titok", device)
        others = {"flow_small": self.small, "titok": self.line}
        self.there = {*self.found, *(name for name, model in others.items() if model is not None)}

    def row(self, pictures_of: Callable[[list[str]], Tensor], **setting: Any) -> Row:
        """Accuracy, and seconds a picture."""
        spent = 0.0

        def timed(prompts: list[str]) -> Tensor:
            nonlocal spent
            began = time.perf_counter()
            made = pictures_of(prompts)
            spent += time.perf_counter() - began
            return made

        accuracy = prompt_accuracy(self.recognizer, timed, self.count)
        return {**setting, "accuracy": round(accuracy, 4), "seconds": round(spent / self.count, 4)}

    def by_denoising(self, denoise_of: Callable[[Conditioning], Denoise], **setting: Any) -> Row:
        base = self.found["flow"]

        def made(prompts: list[str]) -> Tensor:
            return denoised_pictures(denoise_of, base.model, base.encoder, base.tokenizer, prompts, Strategy("flow", "euler", STEPS))

        return self.row(made, **setting)


def guidance_scale(bench: Bench) -> list[Row]:
    """Classifier-free guidance from none to strong, between the levels of the pack and at all of them."""
    maker = bench.found["flow"]
    rows = [bench.row(_drawn(maker, by_flow("euler", STEPS, scale)), scale=scale) for scale in (1.0, 2.0, 3.0, 4.5, 6.0, 8.0)]
    everywhere = [
        bench.row(_drawn(maker, by_flow("euler", STEPS, scale, (1.0, 0.0))), scale=scale, levels="all") for scale in (3.0, 4.5, 6.0)
    ]
    return rows + everywhere


def autoguidance(bench: Bench) -> list[Row]:
    """Away from the small model against away from no words, both with two predictions a step."""
    base, small = bench.found["flow"].model, bench.small

    def away(scale: float) -> Callable[[Conditioning], Denoise]:
        def denoise_of(words: Conditioning) -> Denoise:
            def denoise(x: Tensor, sigma: float) -> Tensor:
                good, worse = (predict_flow(model, x, sigma, [words])[0] for model in (base, small))
                return worse + scale * (good - worse)

            return denoise

        return denoise_of

    def free(scale: float) -> Callable[[Conditioning], Denoise]:
        return lambda words: guided(partial(predict_flow, base), words, ClassifierFree(scale))

    ways = {"classifier-free": (free, (2.0, 3.0, 4.5)), "autoguidance": (away, (1.5, 2.0, 3.0))}
    return [
        bench.by_denoising(way(scale), guidance=name, scale=scale, passes=2 * STEPS)
        for name, (way, scales) in ways.items()
        for scale in scales
    ]


def stitching(bench: Bench) -> list[Row]:
    """The small model at high noise, the base below (Pan et al. 2024, "T-Stitch"): time against accuracy."""
    base, small = bench.found["flow"].model, bench.small

    def joined(share: float) -> Callable[[Conditioning], Denoise]:
        def denoise_of(words: Conditioning) -> Denoise:
            ways = {model: guided(partial(predict_flow, model), words, guidance()) for model in (base, small)}
            return lambda x, sigma: ways[small if sigma > 1 - share else base](x, sigma)

        return denoise_of

    return [bench.by_denoising(joined(share), small_share=share) for share in (0.0, 0.25, 0.5, 0.75, 1.0)]


def flow_steps(bench: Bench) -> list[Row]:
    maker = bench.found["flow"]
    return [bench.row(_drawn(maker, by_flow("euler", steps)), steps=steps) for steps in (3, 5, 10, 20, 40)]


def few_steps(bench: Bench) -> list[Row]:
    maker = bench.found["flow_few_step"]
    return [bench.row(_drawn(maker, by_flow("euler", steps, 1.0)), steps=steps) for steps in (1, 2, 4, 8)]


def decoded(family: str, ways: dict[str, Way]) -> Callable[[Bench], list[Row]]:
    """One family by several ways of decoding. Where pictures are made one by one, also the passes that each took."""

    def measure(bench: Bench) -> list[Row]:
        rows = []
        for name, way in ways.items():
            passes = 0

            def after_step(done: int, ids: Tensor) -> None:
                nonlocal passes
                passes += 1

            row = bench.row(_drawn(bench.found[family], by_tokens(way, after_step)), way=name)
            rows.append(row | {"passes": round(passes / bench.count, 1)} if way.strategy.alone else row)
        return rows

    return measure


def token_count(bench: Bench) -> list[Row]:
    """How well a line of fewer tokens shows 64 held-out scenes."""
    model = bench.line
    true = premultiplied(held_out(64, bench.device).rgba)
    with torch.no_grad():
        ids = model.encode(true)
        whole = ids.shape[1]
        lengths = [length for length in (1, 2, 4, 8, 16, 32, 64) if length <= whole]
        return [{"tokens": length, "psnr": round(float(psnr(model.decode(ids[:, :length]), true)), 3)} for length in lengths]


def _drawn(maker: Maker, way: Callable[[Maker, list[str], int], Tensor]) -> Callable[[list[str]], Tensor]:
    return lambda prompts: way(maker, prompts, 0)


def controlled(name: str) -> Callable[[Bench], list[Row]]:
    """What a layout, a sketch or a mask changes, on few scenes, as most are made by themselves; for that a CPU does."""
    family = CONTROLS[name][0]
    return lambda bench: control_effect(name, Maker(FILES[family], WAYS[family]), bench.recognizer, min(bench.count, 48))


EFFECTS: dict[str, tuple[Sequence[str], Callable[[Bench], list[Row]]]] = {
    "guidance_scale": (("flow",), guidance_scale),
    "autoguidance": (("flow", "flow_small"), autoguidance),
    "trajectory_stitching": (("flow", "flow_small"), stitching),
    "flow_steps": (("flow",), flow_steps),
    **{name: ((family,), controlled(name)) for name, (family, _) in CONTROLS.items()},
    "few_steps": (("flow_few_step",), few_steps),
    "next_token": (("next_token",), decoded("next_token", AFTER_ANOTHER)),
    "speculative_jacobi": (("next_token",), decoded("next_token", SPECULATIVE)),
    "masked": (("masked",), decoded("masked", AT_ONCE)),
    "next_scale": (("next_scale",), decoded("next_scale", OVER_SCALES)),
    "token_count": (("titok",), token_count),
}
"""What is measured, and the models that it needs."""


def effects(recognizer: Recognizer, count: int, device: str = "cpu") -> dict[str, Any]:
    """All tables, printed as they come; a table that lacks a model is the sentence that says which."""
    bench = Bench(recognizer, count, device)
    made: dict[str, Any] = {}
    for name, (needs, measure) in EFFECTS.items():
        lacking = [model for model in needs if model not in bench.there]
        made[name] = f"missing: {', '.join(lacking)}" if lacking else measure(bench)
        print(f"{name}:", made[name] if lacking else "")
        for row in [] if lacking else made[name]:
            print("   ", "  ".join(f"{key} {value}" for key, value in row.items()), flush=True)
    return made
