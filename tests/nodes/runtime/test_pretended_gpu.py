"""The GPU that is none refuses what a GPU refuses, and reckons as a CPU does."""

import pytest
import torch
from torch import nn

from tests.nodes.runtime.pretended_gpu import pretended_gpu


@pytest.fixture(autouse=True)
def gpu(monkeypatch):
    with pretended_gpu(monkeypatch):
        yield


def test_tensors_say_where_they_are_and_results_stay_there():
    x = torch.arange(6.0, device="cuda").view(2, 3)
    assert x.device.type == (x @ x.T).device.type == torch.zeros_like(x).device.type == "cuda"
    assert torch.equal((x @ x.T).cpu(), torch.tensor([[5.0, 14], [14, 50]]))


@pytest.mark.parametrize(
    "meeting",
    [
        lambda x: x + torch.ones(3),
        lambda x: nn.Linear(3, 2)(x),
        lambda x: torch.cat([x, torch.ones(2, 3)]),
        lambda x: x.scatter(1, torch.tensor([[0], [1]]), 5.0),
        lambda x: torch.randn(3, generator=torch.Generator(), device="cuda"),
    ],
)
def test_what_lies_on_the_cpu_is_refused(meeting):
    with pytest.raises(RuntimeError, match="one device|expected a generator"):
        meeting(torch.ones(2, 3, device="cuda"))


def test_numbers_leave_it_by_a_copy_alone():
    x = torch.ones(2, device="cuda")
    with pytest.raises(TypeError, match="numpy"):
        x.numpy()
    assert x.cpu().numpy().sum() == x.sum().item() == 2
    assert (x + 1.0).mul_(torch.tensor(2.0)).tolist() == [4, 4]  # single numbers may come from anywhere


def test_a_module_learns_there():
    layer = nn.Linear(3, 1).to("cuda")
    before = layer.weight.detach().cpu().clone()
    optimizer = torch.optim.AdamW(layer.parameters(), fused=True)
    layer(torch.ones(2, 3, device="cuda")).sum().backward()
    optimizer.step()
    assert layer.weight.grad.device.type == "cuda"
    assert (layer.weight.cpu() < before).all()
