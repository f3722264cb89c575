"""The parts of the training scripts that can be wrong without anybody noticing."""

import argparse
from dataclasses import replace

import pytest
import torch
from torch import nn

from nodes.training import loop, world
from nodes.training.alignment import PARTS, REST, class_map, part_map, weights_of
from nodes.training.autoencoder import crops
from nodes.training.judge import Verdict, frechet, held_out, judged
from nodes.training.muon import orthogonalized
from nodes.training.pictures import starter
from nodes.training.recognizer import heat_target
from nodes.training.vocabulary import THINGS


@pytest.mark.parametrize("shape", [(3, 32, 32), (2, 16, 64), (2, 64, 16)])
def test_an_orthogonalized_update_has_singular_values_near_one(shape):
    update = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    values = torch.linalg.svdvals(orthogonalized(update))
    assert values.min() > 0.3 and values.max() < 1.4


def test_windows_show_the_same_pixels_as_the_picture():
    batch = world.scenes(torch.arange(8))
    drawn = world.draw(batch)
    rgba, owner = crops(batch, drawn, 64)
    assert rgba.shape == (8, 4, 64, 64) and owner.shape == (8, 64, 64)
    places = drawn.rgba[0].unfold(1, 64, 8).unfold(2, 64, 8)  # every window on the grid of 8
    assert (places == rgba[0][:, None, None]).all(-1).all(-1).all(0).any()


def test_class_maps_name_the_thing_in_the_cell():
    batch = world.scenes(torch.arange(64), (1.0, 0.0, 0.0, 0.0))
    names = class_map(batch, world.draw(batch).owner, 16)
    middle = (batch.center[:, 0] * 16).long()
    at = names[torch.arange(64), middle[:, 1], middle[:, 0]]
    assert (at == batch.thing[:, 0]).float().mean() > 0.8  # some things have holes in the middle
    assert (names < len(THINGS)).any() and (names >= len(THINGS)).any()
    assert (weights_of(names) == 1).eq(names < len(THINGS)).all() and weights_of(names).min() == REST


def test_part_maps_follow_the_sticker_wherever_it_lies():
    batch = world.scenes(torch.arange(32), (1.0, 0.0, 0.0, 0.0))
    middle, upright = torch.full_like(batch.center, 0.5), torch.zeros_like(batch.tilt)
    twice_the_canvas = replace(batch, size=torch.full_like(batch.size, 2.0), tilt=upright, center=middle)
    owner = torch.zeros(32, 128, 128, dtype=torch.int8)
    parts = part_map(twice_the_canvas, owner, 16)
    line = torch.arange(16).div(4, rounding_mode="floor") + PARTS // 4
    columns = torch.where(batch.flip[:, :1], line.flip(0), line)
    assert (parts == line[:, None] * PARTS + columns[:, None]).all() and 0 < batch.flip[:, 0].sum() < 32
    assert (part_map(twice_the_canvas, owner - 1, 16) == PARTS**2).all()


def test_heat_maps_peak_at_the_things():
    batch = world.scenes(torch.arange(16), (1.0, 0.0, 0.0, 0.0))
    target = heat_target(batch)
    assert (target.amax((2, 3)).argmax(1) == batch.thing[:, 0]).all() and target.max() == 1


def test_the_judge_finds_real_scenes_right_and_shuffled_ones_wrong():
    batch, _, facts = held_out(48)
    recognizer = starter("recognizer", "recognizer")
    real = world.draw(batch).rgba
    assert judged(recognizer, real, facts).accuracy > 0.85
    assert judged(recognizer, real.roll(1, 0), facts).accuracy < 0.1


def test_the_error_of_an_accuracy_falls_with_the_root_of_the_prompts():
    right = torch.arange(400) % 4 > 0
    few, many = (Verdict(part.float(), torch.ones(len(part)), torch.ones(len(part))) for part in (right[:100], right))
    assert few.accuracy == many.accuracy == 0.75
    assert few.error == pytest.approx((0.75 * 0.25 / 100) ** 0.5, rel=0.01) and many.error == pytest.approx(few.error / 2, rel=0.01)


def test_the_frechet_distance_is_zero_for_a_set_and_itself_and_grows_with_a_shift():
    features = torch.randn(400, 8, generator=torch.Generator().manual_seed(0))
    assert frechet(features, features) == pytest.approx(0, abs=1e-6)
    assert frechet(features, features + 1) == pytest.approx(8, rel=1e-3)


def options(**changes):
    chosen = {"minutes": 1.0, "planned": 0.0, "steps": 6, "batch": 2, "rate": 1.0, "seed": 0}
    chosen |= {"device": "cpu", "threads": 1, "resume": False}
    return argparse.Namespace(**(chosen | changes))


def test_a_resumed_training_goes_on_where_it_stopped(tmp_path):
    def trained(**changes):
        torch.manual_seed(0)
        trainer = loop.Trainer("toy", options(runs=tmp_path, **changes), {"line": nn.Linear(2, 1)}, rate=0.1)
        for _ in trainer.steps():
            trainer.descend(trainer.modules["line"](torch.ones(1, 2)).square().sum())
        return trainer

    whole = trained()
    trained(steps=3)
    again = trained(resume=True)
    assert again.step == 6
    # The learning rate depends on the length of the schedule, so the weights need not agree; the optimizer's memory must be there.
    assert again.optimizers[0].state_dict()["state"][0]["step"] == 6 == whole.optimizers[0].state_dict()["state"][0]["step"]
