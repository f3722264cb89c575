from __future__ import annotations

import pytest
import torch

from graph_engine.errors import Failure
from nodes.runtime.devices import device, precision


def test_the_cpu_can_be_chosen_by_name_and_by_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESSERA_DEVICE", "cpu")
    assert device() == device("cpu")
    assert device().torch == torch.device("cpu")


@pytest.mark.parametrize("name", ["cuda:99", "cuda:x", "tpu", "cpu:1"])
def test_a_device_that_is_not_there_is_a_failure_and_not_another_device(name: str) -> None:
    with pytest.raises(Failure, match=f"device: must be one of cpu.*, got {name}"):
        device(name)


def test_the_cpu_never_works_in_float16() -> None:
    assert precision("cpu") in (torch.float32, torch.bfloat16)
