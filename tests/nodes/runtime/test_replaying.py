from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from nodes.decoding.drawing import drawn_for
from nodes.decoding.logits import Sampler
from nodes.decoding.tokens import Step, fill, in_raster
from nodes.models.llamagen_gpt import LlamaGenGpt, LlamaGenGptConfig, LlamaGenReader
from nodes.models.par import Par, ParConfig, ParReader
from nodes.models.rar import Rar, RarConfig, RarReader
from nodes.runtime.few_rows import ON_GPU, ready
from nodes.runtime.replaying import Replayed, played
from tests.nodes.conftest import filled
from tests.nodes.runtime.tape import on_tape

SIZES = {"width": 16, "depth": 2, "heads": 2, "hidden": 24, "codebook": 9, "length": 9}
LABELS = [torch.tensor([0, 1]), torch.tensor([3, 3])]


def model(module: nn.Module, weights: str) -> Any:
    return ready(filled(module, 0), weights) if weights else filled(module, 0)


def of_classes(weights: str = "") -> LlamaGenReader:
    return LlamaGenReader(model(LlamaGenGpt(LlamaGenGptConfig(**SIZES, classes=3)), weights), LABELS)


def of_captions(weights: str = "") -> LlamaGenReader:
    config = LlamaGenGptConfig(**SIZES, classes=None, caption_width=4, caption_length=3, attentive=True)
    words, mask = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(0)), torch.tensor([[False, True, True], [True] * 3])
    gpt = model(LlamaGenGpt(config), weights)
    return LlamaGenReader(gpt, [words, gpt.unconditional(2)], mask)


def of_rar(weights: str = "") -> RarReader:
    order = torch.randperm(9, generator=torch.Generator().manual_seed(0))[None]
    return RarReader(model(Rar(RarConfig(**SIZES, classes=3, position_rows=1033, time_rows=12)), weights), LABELS, order)


READERS = {"classes": of_classes, "captions": of_captions, "rar": of_rar}
GUIDED_AT_FIRST = [2.0] * 5 + [None] * 4


def written(reader: LlamaGenReader | RarReader) -> Tensor:
    """Tokens of two pictures, guided at first and then not, so that a prompt is left out on the way."""
    steps = in_raster(9, GUIDED_AT_FIRST)
    if isinstance(reader, RarReader):
        steps = [Step(reader.order[:, number : number + 1], step.scale) for number, step in enumerate(steps)]
    with torch.no_grad():
        return fill(reader, torch.full((2, 9), -1), steps, Sampler(drawn_for(3, [0, 1])))


@pytest.mark.parametrize("name", READERS)
def test_what_is_played_again_writes_the_same_tokens(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    on_tape(monkeypatch)
    reader = played(READERS[name]())
    assert isinstance(reader.played, Replayed)
    assert torch.equal(written(reader), written(READERS[name]()))
    assert len(reader.played._recorded) == 2  # with both prompts, and with one


@pytest.mark.parametrize("name", READERS)
def test_every_token_behind_the_first_is_played(name: str) -> None:
    places: list[int] = []

    def player(one: Callable[[Tensor, Tensor], Tensor]) -> Callable[[Tensor, Tensor], Tensor]:
        def play(tokens: Tensor, place: Tensor) -> Tensor:
            places.append(int(place))
            return one(tokens, place)

        return play

    written(played(READERS[name](), player))
    assert places == [places[0] + number for number in range(8)]


def test_drafts_that_are_read_together_are_not_played() -> None:
    one_by_one, together = of_classes(), played(of_classes(), lambda one: one)
    tokens = torch.randint(9, (2, 9), generator=torch.Generator().manual_seed(1))
    for asked in ([0], [1, 2, 3], [3], [4, 5]):
        with torch.no_grad():
            logits = [reader(tokens, torch.tensor([asked]), 2) for reader in (one_by_one, together)]
        assert torch.allclose(*logits, atol=1e-5)


def test_a_recording_takes_new_values_and_is_made_anew_for_new_shapes(monkeypatch: pytest.MonkeyPatch) -> None:
    on_tape(monkeypatch)
    replayed = Replayed(lambda a, b: (a * 2).add_(b))
    first = replayed(torch.tensor([1.0]), torch.tensor([3.0]))
    second = replayed(torch.tensor([2.0]), torch.tensor([5.0]))
    assert [float(first), float(second)] == [5, 9]
    assert replayed(torch.ones(2), torch.ones(2)).tolist() == [3, 3]


def test_a_number_that_is_read_while_it_is_recorded_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    on_tape(monkeypatch)
    with pytest.raises(AssertionError, match="waits"):
        Replayed(lambda a: a * float(a))(torch.tensor([1.0]))


def test_a_reader_of_other_steps_is_left_as_it_is() -> None:
    reader = ParReader(filled(Par(ParConfig(**SIZES, classes=3)), 0), LABELS, torch.arange(9))
    assert played(reader) is reader
    assert not hasattr(reader, "played")


@pytest.mark.parametrize("name", READERS)
def test_in_bfloat16_a_model_says_nearly_the_same(name: str) -> None:
    exact, close = READERS[name](), played(READERS[name](ON_GPU), lambda one: one)
    tokens = torch.randint(9, (2, 9), generator=torch.Generator().manual_seed(1))
    order = exact.order if isinstance(exact, RarReader) else torch.arange(9)[None]
    for asked in order[0, :5]:
        with torch.no_grad():
            logits, rounded = (reader(tokens, asked.view(1, 1), 2) for reader in (exact, close))
        assert rounded.dtype == torch.float32
        assert 0 < (logits - rounded).abs().max() < 3e-2 * logits.abs().max()
