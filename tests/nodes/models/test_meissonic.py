"""Meissonic, its tokenizer and the text encoder of OpenCLIP beside what their official code answers.

The figures were written down from runs of it (viiika/Meissonic aeba85e, diffusers 0.32.2, transformers 4.57.1) with weights by the
formula of `waved`, on the inputs that stand here.
"""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from nodes.decoding.drawing import drawn_for
from nodes.decoding.masked import Unmasking, unmask
from nodes.models.clip import Clip, ClipConfig
from nodes.models.diffusers_vq import DiffusersVq, DiffusersVqConfig
from nodes.models.maskgen import Words
from nodes.models.meissonic import Meissonic, MeissonicConfig, MeissonicReader


def waved(module: nn.Module, prefix: str = "", strength: float = 0.2) -> nn.Module:
    """Weights of sines, in the order of their names; those of norms are about 1."""
    state = {key: value for key, value in module.state_dict().items() if key.startswith(prefix)}
    with torch.no_grad():
        for number, (key, value) in enumerate(sorted(state.items())):
            around = 1 if value.ndim == 1 and key.endswith("weight") else 0
            value.copy_((torch.arange(value.numel()) * 0.37 + number).sin().view(value.shape) * strength + around)
    return module.eval()


def ids_and_words(side: int) -> tuple[Tensor, Words]:
    ids = (torch.arange(2 * side**2) * 7 % 65).view(2, -1)
    hidden, pooled = (torch.arange(2 * 5 * 24) * 0.61).cos().view(2, 5, 24), (torch.arange(128) * 0.43).cos().view(2, 64)
    return torch.where(ids == 64, -1, ids), Words(hidden, pooled)


@pytest.mark.parametrize(
    ("halved", "side", "some", "square"),
    [
        (True, 8, [-0.0722947046, -0.1387886107, 0.0396034643, 0.1481117457, -0.0047154850, -0.1492133588], 0.0109735634),
        (False, 4, [-0.0723612085, -0.1260421276, 0.0426757708, 0.1360897571, -0.0106151504, -0.1385912895], 0.0094385445),
    ],
)
def test_logits_are_those_of_the_official_model(halved: bool, side: int, some: list[float], square: float) -> None:
    model = waved(Meissonic(MeissonicConfig(64, 2, 2, 2, 64, 72, 24, halved, side**2)))
    ids, words = ids_and_words(side)
    with torch.no_grad():
        logits = model(ids, words, torch.full((2,), 7.0), torch.full((2,), 6.0))
    assert logits.shape == (2, side**2, 64)
    assert torch.allclose(logits[1, 5, :6], torch.tensor(some), atol=2e-6)
    assert float(logits.square().mean()) == pytest.approx(square, rel=1e-4)


def test_the_reader_counts_the_steps_that_are_to_come() -> None:
    model = waved(Meissonic(MeissonicConfig(64, 1, 1, 2, 64, 72, 24, True, 64)))
    ids, words = ids_and_words(8)
    reader, asked = MeissonicReader(model, [words, words], 3), torch.tensor([[5, 9]])
    with torch.no_grad():
        by_step = [reader(ids, asked, 2) for _ in range(4)]
        told = [model(ids, words, torch.full((2,), left), torch.full((2,), 6.0))[:, [5, 9]] for left in (2.0, 1.0, 0.0, 0.0)]
    assert by_step[0].shape == (2, 2, 2, 64)
    assert not torch.allclose(told[0], told[1], atol=1e-4)
    for step, logits in zip(by_step, told, strict=True):
        assert torch.allclose(step[0], logits, atol=1e-5) and torch.allclose(step[1], logits, atol=1e-5)


def test_the_tokenizer_codes_and_decodes_as_diffusers_does() -> None:
    model = waved(DiffusersVq(DiffusersVqConfig((4, 8), 1, 3, 8, 5, 2)))
    ids = (torch.arange(32) * 5 % 8).view(2, 4, 4)
    pixels = (torch.arange(2 * 3 * 64) * 0.29).sin().view(2, 3, 8, 8) / 2 + 0.5
    with torch.no_grad():
        shown, coded = model.decode(ids), model.encode(pixels)
    assert torch.allclose(shown[1, :, 3, 2], torch.tensor([0.0, 0.8874824047, 1.0]), atol=2e-6)
    assert float(shown.square().mean()) == pytest.approx(0.3024317026, rel=1e-5)
    assert coded.flatten().tolist() == [2, 6, 6, 6, *[2] * 6, *[6] * 5, 2, 6, 6, 2, 2, 5, 5, *[2] * 10]


def test_the_text_encoder_of_open_clip_has_the_exact_gelu() -> None:
    model = waved(Clip(ClipConfig(8, 1, 4, 1, 1024, 2, 12, 5, 6)), "text_", 0.02)
    ids, official = torch.tensor([[10, 3, 5, 11, 0]]), torch.tensor([0.1203338653, -0.1562036276, -0.0226342697, 0.1703589112])
    with torch.no_grad():
        early, _, pooled = model.words(ids)
        for layer in model.text_model.encoder["layers"]:
            layer.quick = True
        quick = model.words(ids)[2]
    assert torch.allclose(early[0, 2, :4], torch.tensor([-0.4706527591, -0.3333349526, 0.3398491144, 0.3973809183]), atol=2e-6)
    assert torch.allclose(pooled[0, :4], official, atol=2e-6)
    assert not torch.allclose(quick[0, :4], official, atol=2e-5)


def test_odds_draw_tokens_as_likely_as_they_are_and_keep_what_was_likely() -> None:
    logits = torch.tensor([0.6, 0.3, 0.1]).log()

    def predict(ids: Tensor, asked: Tensor, prompts: int = 1) -> Tensor:
        return logits.expand(1, *ids.shape, 3)

    many = torch.full((1, 30_000), -1)
    once = unmask(predict, many, Unmasking([None], 2.0, draw=drawn_for(0, [0]), odds=True))
    shares = torch.bincount(once[0], minlength=3) / many.shape[1]
    assert torch.allclose(shares, torch.tensor([0.6, 0.3, 0.1]), atol=0.01)

    kept: list[Tensor] = []
    how = Unmasking([None] * 2, 0.0, draw=drawn_for(0, [0]), left=lambda count, done: count // 2, odds=True)
    unmask(predict, many, how, lambda done, ids: kept.append(ids[ids >= 0]))
    assert (kept[0] == 0).all()  # a token of each two stays: those that were likeliest
