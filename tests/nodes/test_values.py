from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from graph_engine.values import value_type_of, value_types
from nodes.decoding.guidance import ClassifierFree
from nodes.values import Conditioning, Generator, Guidance, Image, Latent, Mask, Strategy, Tokens

GRAY = torch.full((1, 3, 4, 6), 0.5)
YES = torch.ones(1, 2, dtype=torch.bool)
IDS = torch.tensor([[0, 1, 2, 3, 7]])


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (lambda: Image(GRAY.double()), r"Image.pixels: must be torch.float32, got torch.float64"),
        (lambda: Image(GRAY[0]), r"Image.pixels: must have 4 axes, none empty, got shape \(3, 4, 6\)"),
        (lambda: Image(GRAY[:0]), r"Image.pixels: must have 4 axes, none empty"),
        (lambda: Image(GRAY[:, :2]), r"Image.pixels: must have 3 or 4 channels, got 2"),
        (lambda: Image(GRAY * 3), r"Image.pixels: must be within 0 to 1, got 1.5 to 1.5"),
        (lambda: Image(GRAY * torch.nan), r"Image.pixels: must be within 0 to 1, got nan"),
        (lambda: Mask(GRAY), r"Mask.pixels: must have 1 channel, got 3"),
        (lambda: Mask(GRAY[:, :1] - 1), r"Mask.pixels: must be within 0 to 1, got -0.5"),
        (lambda: Latent(GRAY / 0, "a"), r"Latent.values: must be finite"),
        (lambda: Conditioning(torch.zeros(1, 2, 4), YES[:, :1], ("a b",), ((),), "e"), r"Conditioning.mask: must be \(1, 2\)"),
        (
            lambda: Conditioning(torch.zeros(1, 2, 4), YES, ("a b",), (((0, 1),),), "e"),
            r"Conditioning.spans: must be one a word",
        ),
        (lambda: Tokens(IDS, ((1, 1), (2, 2)), 7, "t"), r"Tokens.ids: must be within 0 to 6, got 0 to 7"),
        (lambda: Tokens(IDS, ((2, 2),), 8, "t"), r"Tokens.ids: must have the length 4 of its grids, got 5"),
        (lambda: Strategy("flow", "euler", 0), r"Strategy.steps: must be at least 1, got 0"),
        (lambda: Strategy("flow", "euler", 1, float("nan")), r"Strategy.shift: must be above 0 and finite, got nan"),
        (lambda: ClassifierFree(float("inf")), r"scale: must be finite, got inf"),
        (lambda: Tokens(IDS, ((1, 5),), 8, "t", known=YES), r"Tokens.known: must be bool \(1, 5\)"),
    ],
)
def test_a_value_that_breaks_its_contract_cannot_be_made(make: Callable[[], Any], rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        make()


def test_every_value_type_is_registered() -> None:
    names = {
        "Image",
        "Mask",
        "Conditioning",
        "Tokens",
        "Latent",
        "TextEncoder",
        "Tokenizer",
        "Generator",
        "Strategy",
        "Guidance",
    }
    assert names <= set(value_types())


def test_values_describe_themselves(generator: Generator) -> None:
    values = (Image(GRAY), Image(torch.ones(2, 4, 4, 6)), Mask(GRAY[:, :1]), Strategy("flow", "heun", 8), generator)
    told = [value_type_of(value).describe(value) for value in values]  # type: ignore[misc]
    assert told == ["RGB 6 × 4", "2 × RGBA 6 × 4", "mask 6 × 4", "heun, 8 steps", "flow_base.safetensors, flow, 32 px"]


def test_an_image_is_shown_with_its_straight_alpha() -> None:
    pixels = torch.tensor([1.0, 0.5, 0.0, 0.2]).view(1, 4, 1, 1)
    shown = value_type_of(Image(pixels)).pixels(Image(pixels))  # type: ignore[misc]
    assert (shown.width, shown.height, list(shown.rgba)) == (1, 1, [255, 128, 0, 51])


def test_a_mask_is_shown_gray() -> None:
    mask = Mask(torch.full((1, 1, 1, 1), 0.5))
    assert list(value_type_of(mask).pixels(mask).rgba) == [128, 128, 128, 255]  # type: ignore[misc, union-attr]


def test_guidance_itself_says_that_a_kind_is_needed() -> None:
    with pytest.raises(NotImplementedError):
        Guidance().combined({}, 1.0)
