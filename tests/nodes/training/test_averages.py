"""The mean of two trainings, and the figures that cards take over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from nodes.training.averages import load, told_of, weights_in
from nodes.training.report import onto_cards


def test_weights_are_found_in_a_checkpoint_and_in_a_file(tmp_path: Path) -> None:
    model = nn.Linear(2, 3)
    its, other = model.state_dict(), {"weight": torch.ones(3, 2), "bias": torch.zeros(3)}
    checkpoint, file = tmp_path / "checkpoint.pt", tmp_path / "other.safetensors"
    along = {f"gpt.{name}": value for name, value in other.items()} | {"head.weight": torch.ones(5, 2), "head.bias": torch.ones(5)}
    torch.save({"averaged": along, "step": 7, "seconds": 3.4}, checkpoint)
    save_file({name: value.half() for name, value in other.items()}, file)
    for path in (checkpoint, file):
        found = weights_in(path, its)
        assert found.keys() == its.keys() and all(torch.equal(found[name], other[name]) for name in its)
    assert told_of(checkpoint) == {"steps": 7, "seconds": 3} and len(told_of(file)["sha256"]) == 64
    save_file({"weight": torch.ones(4, 2), "bias": torch.zeros(4)}, file)
    with pytest.raises(ValueError, match=r"other.safetensors: must hold the 2 tensors of the model that ships"):
        weights_in(file, its)


def test_the_mean_lies_where_its_share_says() -> None:
    model, zeros, ones = nn.Linear(2, 2), {}, {}
    for name, value in model.state_dict().items():
        zeros[name], ones[name] = torch.zeros_like(value), torch.ones_like(value)
    load(model, zeros, ones, 0.25)
    assert all(torch.equal(value, torch.full_like(value, 0.25)) for value in model.state_dict().values())


def test_cards_tell_what_was_measured_last_and_keep_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "flow_base.json"
    path.write_text(json.dumps({"steps": 3, "figures": {"accuracy": 0.5, "psnr": 20.0}}))
    onto_cards({"flow": {"accuracy": 0.75, "seconds": 1.0}}, 64, tmp_path)
    assert json.loads(path.read_text()) == {"steps": 3, "figures": {"accuracy": 0.75, "psnr": 20.0, "prompts": 64}}
