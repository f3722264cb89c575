from __future__ import annotations

import pytest
import torch

from nodes.decoding.denoising import denoised, guided
from nodes.decoding.guidance import ClassifierFree, Unguided
from nodes.values import Conditioning, Strategy

POSITIVE = Conditioning(torch.zeros(1, 1, 2), torch.zeros(1, 1, dtype=torch.bool), ("",), ((),), "encoder")
NEGATIVE = Conditioning(torch.ones(1, 1, 2), torch.zeros(1, 1, dtype=torch.bool), ("",), ((),), "encoder")
TWO = {"positive": torch.tensor([3.0]), "negative": torch.tensor([1.0])}


def test_scale_extends_the_way_from_negative_to_positive() -> None:
    assert ClassifierFree(scale=4.0).combined(TWO, 0.5).item() == 1 + 4 * (3 - 1)


def test_scale_zero_gives_the_negative_prediction() -> None:
    assert ClassifierFree(scale=0.0).combined(TWO, 0.5).item() == 1


def test_without_a_negative_the_empty_prompt_is_asked_for() -> None:
    assert ClassifierFree(scale=4.0).asks(POSITIVE, 1.0) == {"positive": POSITIVE, "negative": None}
    assert ClassifierFree(scale=4.0, negative=NEGATIVE).asks(POSITIVE, 1.0)["negative"] is NEGATIVE


@pytest.mark.parametrize(("level", "passes"), [(1.0, 1), (0.9, 1), (0.8, 2), (0.5, 2), (0.3, 1), (0.1, 1)])
def test_outside_its_interval_guidance_costs_no_second_pass(level: float, passes: int) -> None:
    guidance = ClassifierFree(scale=4.0, start=0.8, end=0.3)
    assert len(guidance.asks(POSITIVE, level)) == passes


def test_scale_one_is_no_guidance_and_costs_no_second_pass() -> None:
    assert list(ClassifierFree(scale=1.0).asks(POSITIVE, 0.5)) == ["positive"]


def test_unguided_is_the_positive_prediction() -> None:
    assert Unguided().asks(POSITIVE, 0.5) == {"positive": POSITIVE}
    assert Unguided().combined(TWO, 0.5) is TWO["positive"]


def test_an_interval_upside_down_is_refused() -> None:
    with pytest.raises(ValueError, match="start not below end, got 0.2 and 0.8"):
        ClassifierFree(scale=2.0, start=0.2, end=0.8)


def test_a_guided_way_ends_where_the_combined_prediction_points() -> None:
    def predict(x: torch.Tensor, sigma: float, prompts: object) -> list[torch.Tensor]:
        return [torch.full_like(x, 3.0), torch.full_like(x, 1.0)]

    end = denoised(guided(predict, POSITIVE, ClassifierFree(2.0)), torch.zeros(1, 1, 2, 2), Strategy("flow", "heun", 3))
    assert torch.allclose(end, torch.full((1, 1, 2, 2), 5.0))


def test_a_drawn_curve_says_how_much_of_the_scale_holds_on_the_way() -> None:
    guidance = ClassifierFree(scale=5.0, curve=((0.0, 0.0), (0.5, 1.0), (1.0, 0.5)))
    assert [round(guidance.scale_at(level), 6) for level in (1.0, 0.5, 0.0)] == [1.0, 5.0, 3.0]
    assert list(guidance.asks(POSITIVE, 1.0)) == ["positive"]
    levels = torch.tensor([[1.0], [0.5], [0.0]])
    assert torch.allclose(guidance.scale_at(levels), torch.tensor([[1.0], [5.0], [3.0]]))


def test_a_curve_of_full_height_is_the_schedule_alone() -> None:
    drawn, plain = ClassifierFree(4.0, schedule="cosine", curve=((0.0, 1.0), (1.0, 1.0))), ClassifierFree(4.0, schedule="cosine")
    assert [drawn.scale_at(level / 8) for level in range(9)] == [plain.scale_at(level / 8) for level in range(9)]
