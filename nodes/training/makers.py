"""The generators of the pack as they ship, each as one function from prompts to pictures; what is missing says why."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from graph_engine.errors import MissingModel
from nodes.decoding.tokens import AfterStep, unheard
from nodes.models.files import ModelFile
from nodes.models.layouts import build_model
from nodes.models.rgba_autoencoder import RgbaAutoencoder
from nodes.runtime.loading import open_generator, open_tokenizer
from nodes.training.pictures import LEVELS, SCALE, guidance, pictures
from nodes.training.token_pictures import Way, grids_of, ids_of, made_by, of_prompts, shown
from nodes.values import Strategy


class Maker:
    """A generator with its companions; counts the seconds that its pictures take.

    ``draw(maker, prompts, seed)`` makes straight RGBA (prompts, 4, side, side).
    """

    def __init__(self, name: str, draw: Callable[[Maker, list[str], int], Tensor], device: str = "cpu") -> None:
        opened = open_generator(f"starter/{name}")
        if opened.text_encoder is None or opened.tokenizer is None:
            raise MissingModel(f"{name}: must name its text encoder and its tokenizer", "Export it again.")
        self.name, self._draw, self.seconds, self.count = name, draw, 0.0, 0
        self.model, self.encoder, self.tokenizer = (
            build_model(file).to(device) for file in (opened.model, opened.text_encoder, opened.tokenizer)
        )

    def __call__(self, prompts: list[str], seed: int = 0) -> Tensor:
        began = time.perf_counter()
        made = self._draw(self, prompts, seed)
        self.seconds += time.perf_counter() - began
        self.count += len(prompts)
        return made

    def coded(self, rgba: Tensor) -> Tensor:
        """Straight pictures through its tokenizer and back: nothing that it makes can be better."""
        device = next(self.tokenizer.parameters()).device
        with torch.no_grad():
            return torch.cat([self._through(part.to(device)).cpu() for part in rgba.split(32)])

    def _through(self, rgba: Tensor) -> Tensor:
        if isinstance(self.tokenizer, RgbaAutoencoder):
            return self.tokenizer.decode(self.tokenizer.encode(rgba))
        return shown(self.tokenizer, ids_of(self.tokenizer, rgba), grids_of(self.model))


def by_flow(
    solver: str = "euler", steps: int = 20, scale: float = SCALE, levels: tuple[float, float] = LEVELS
) -> Callable[[Maker, list[str], int], Tensor]:
    def draw(maker: Maker, prompts: list[str], seed: int) -> Tensor:
        return pictures(
            maker.model, maker.encoder, maker.tokenizer, prompts, Strategy("flow", solver, steps), guidance(scale, levels), seed
        )

    return draw


def by_tokens(way: Way | None = None, after_step: AfterStep = unheard) -> Callable[[Maker, list[str], int], Tensor]:
    def draw(maker: Maker, prompts: list[str], seed: int) -> Tensor:
        return of_prompts(maker.encoder, prompts, made_by(maker.model, maker.tokenizer, way, seed, after_step))

    return draw


FILES = {
    "flow": "flow_base",
    "flow_few_step": "flow_few_step",
    "next_token": "next_token",
    "next_scale": "next_scale",
    "masked": "masked",
}
"""The families of the report, by their model."""

WAYS = {
    "flow": by_flow(),
    "flow_few_step": by_flow(steps=2, scale=1.0),
    "next_token": by_tokens(),
    "next_scale": by_tokens(),
    "masked": by_tokens(),
}
"""How each is decoded for the table."""


def makers(ways: dict[str, Callable[[Maker, list[str], int], Tensor]], device: str) -> tuple[dict[str, Maker], dict[str, str]]:
    """Those that ship, and of the others why they do not."""
    found, missing = {}, {}
    for family, draw in ways.items():
        try:
            found[family] = Maker(FILES[family], draw, device)
        except MissingModel as reason:
            missing[family] = str(reason)
    return found, missing


def generator_or_none(name: str, device: str = "cpu") -> Any:
    """A generator of the pack alone, ready for inference."""
    return _or_none(lambda: open_generator(f"starter/{name}").model, device)


def tokenizer_or_none(name: str, device: str = "cpu") -> Any:
    return _or_none(lambda: open_tokenizer(f"starter/{name}").model, device)


def _or_none(opened: Callable[[], ModelFile], device: str) -> Any:
    try:
        return build_model(opened()).to(device)
    except MissingModel:
        return None
