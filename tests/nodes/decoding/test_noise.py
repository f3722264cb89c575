from __future__ import annotations

import pytest
import torch

from nodes.decoding.noise import item_seed, noise


def test_an_item_alone_equals_the_item_in_its_batch() -> None:
    batch = noise((4, 8, 8), 11, range(8))
    assert torch.equal(noise((4, 8, 8), 11, [3])[0], batch[3])


def test_items_and_seeds_differ() -> None:
    drawn = [noise((16,), seed, [item]) for seed in (0, 1, 2**64 - 1) for item in (0, 1, 2)]
    assert len({tuple(values.flatten().tolist()) for values in drawn}) == 9


def test_neighboring_seeds_share_no_items() -> None:
    assert not {item_seed(5, item) for item in range(100)} & {item_seed(6, item) for item in range(100)}


def test_noise_is_standard_normal() -> None:
    drawn = noise((100, 100), 3, range(4))
    assert drawn.mean().item() == pytest.approx(0, abs=0.02)
    assert drawn.std().item() == pytest.approx(1, abs=0.02)


def test_noise_stays_what_it_was() -> None:
    """Saved workflows name their pictures by seed: this number changes only with a new version of Generate."""
    assert item_seed(7, 2) == 7_053_129_580_566_669_207
