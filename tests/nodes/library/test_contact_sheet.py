"""Lists of numbers and seeds, and the sheet that lays what they made side by side."""

from __future__ import annotations

import pytest
import torch

from graph_engine.errors import Failure
from graph_engine.kinds import SEED_LIMIT
from nodes.library.image.contact_sheet import contact_sheet
from nodes.library.source.integers import integers
from nodes.library.source.numbers import numbers
from nodes.library.source.seeds import seeds
from nodes.values import Image


def flat(*colors: tuple[float, float, float]) -> Image:
    return Image(torch.tensor(colors, dtype=torch.float32)[:, :, None, None].expand(-1, -1, 240, 240).contiguous())


def test_numbers_are_the_lines_that_are_not_blank() -> None:
    assert numbers("1\n\n 2.5 \n-3e2") == [1, 2.5, -300]


@pytest.mark.parametrize("line", ["one", "1,5", "nan", "inf"])
def test_a_line_that_is_no_number_is_refused(line: str) -> None:
    with pytest.raises(Failure, match=f"text: must hold a number in each line, got '{line}'"):
        numbers(f"1\n{line}")


def test_whole_numbers_are_the_lines_that_are_not_blank() -> None:
    assert integers("4\n\n 8 \n-3") == [4, 8, -3]


@pytest.mark.parametrize("line", ["one", "2.5", "1e2"])
def test_a_line_that_is_no_whole_number_is_refused(line: str) -> None:
    with pytest.raises(Failure, match=f"text: must hold a whole number in each line, got '{line}'"):
        integers(f"1\n{line}")


def test_seeds_follow_one_another_and_begin_anew_at_the_last() -> None:
    assert seeds(SEED_LIMIT - 1, 3) == [SEED_LIMIT - 1, 0, 1]


def test_every_picture_stands_on_the_sheet_in_order() -> None:
    sheet = contact_sheet([flat((1, 0, 0)), flat((0, 1, 0)), flat((0, 0, 1))], (1, 2.5, "blue"), "three", "number").pixels
    assert sheet.shape[1] == 3
    for color in torch.eye(3):
        assert int((sheet == color[None, :, None, None]).all(1).sum()) == 240 * 240
    red, green = ((sheet == torch.eye(3)[n][None, :, None, None]).all(1).nonzero()[0] for n in (0, 1))
    assert red[1] == green[1] and red[2] < green[2]


def test_a_batch_under_one_caption_is_laid_out_whole() -> None:
    both = flat((1, 0, 0), (0, 1, 0))
    with_captions, plain = contact_sheet([both], ("a",), caption="seed").pixels, contact_sheet([both]).pixels
    assert with_captions.shape[3] == plain.shape[3] and with_captions.shape[2] > plain.shape[2]


def test_captions_that_do_not_fit_are_refused() -> None:
    with pytest.raises(Failure, match="captions: must be 2 as there are pictures, got 3"):
        contact_sheet([flat((1, 0, 0)), flat((0, 1, 0))], (1, 2, 3))
