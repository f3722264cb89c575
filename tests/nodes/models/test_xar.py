"""xAR beside what its official code answers, cell by cell.

The figures were written down from a run of it (OliverRensu/xAR, models/xar.py) with weights by the formula of `waved`, on the inputs that
stand here.
"""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from nodes.models.xar import Xar, XarConfig
from tests.nodes.models.test_meissonic import waved

CONFIG = XarConfig(16, 32, 2, 1, 2, 85)


@pytest.fixture(scope="module")
def model() -> Xar:
    return waved(Xar(CONFIG))  # type: ignore[return-value]


def cells(speed: float) -> Tensor:
    return (torch.arange(2 * 64 * 16) * speed).cos().view(2, 64, 16)


def test_velocities_are_those_of_the_official_model(model: Xar) -> None:
    a, b, c, labels = cells(0.31), cells(0.53), cells(0.71), torch.tensor([3, 1000])
    cache = model.cache(2, a)
    with torch.no_grad():
        made = [
            model(a, torch.full((2, 1), 0.7), labels, cache),
            model(a * 0.5, torch.full((2, 1), 0.3), labels, cache),
            model(torch.cat([a, b], 1), torch.tensor([[0, 0.9]] * 2), labels, cache)[:, 64:],
            model(b * 0.5, torch.full((2, 1), 0.4567), labels, cache, 1),
            model(torch.cat([b * 0.8, c], 1), torch.tensor([[0, 1.0]] * 2), labels, cache, 1)[:, 64:],
        ]
    official = [
        ([0.1224400550, -0.1831159741, -0.4387009144, -0.4905488491], 0.3257718086),
        ([0.1163837165, -0.1761270016, -0.4221951365, -0.4728585184], 0.2361725718),
        ([-0.5294599533, -0.5147871375, -0.2827075720, 0.0743587092], 0.3500503898),
        ([-0.4967957139, -0.4903431833, -0.2788228691, 0.0557214394], 0.4601669908),
        ([-0.0451020151, -0.2369797379, -0.3516915143, -0.3065968454], 0.2002068758),
    ]
    for found, (some, square) in zip(made, official, strict=True):
        assert torch.allclose(found[1, 5, :4], torch.tensor(some), atol=2e-6)
        assert float(found.square().mean()) == pytest.approx(square, rel=1e-4)


def test_cells_make_a_picture_in_their_places(model: Xar) -> None:
    numbers = torch.arange(256.0).view(1, 256, 1)
    grid = model.latents(numbers)
    assert grid.shape == (1, 1, 16, 16)
    assert (float(grid[0, 0, 3, 9]), float(grid[0, 0, 12, 2])) == (345 - 256, 418 - 256)
    assert torch.equal(model.by_cells(grid.flatten(2).transpose(1, 2)), numbers)
