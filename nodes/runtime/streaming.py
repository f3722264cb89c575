"""Weights that stay in the machine's memory and come to the device a layer at a time, for models that the device has no room for."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn


@contextlib.contextmanager
def streamed(model: nn.Module, device: torch.device, move: Callable[[Tensor, torch.device], Tensor] = Tensor.to) -> Iterator[None]:
    """In this block each layer of the model has its weights on the device while it works, and only then.

    Slower by the time that all weights take to cross once a pass; the results are the same. A layer whose weights are used by another
    than itself is not served.

    Args:
        model: on the CPU.
        device: where inputs lie.
        move: how a weight gets there.
    """
    stays: dict[nn.Module, dict[str, Tensor]] = {}

    def bring(layer: nn.Module, _: Any) -> None:
        stays[layer] = {name: held.data for name, held in _own(layer)}
        for _, held in _own(layer):
            held.data = move(held.data, device)

    def take_back(layer: nn.Module, *_: Any) -> None:
        for name, held in _own(layer):
            held.data = stays[layer][name]
        del stays[layer]

    hooks = []
    for layer in model.modules():
        if any(True for _ in _own(layer)):
            hooks += [layer.register_forward_pre_hook(bring), layer.register_forward_hook(take_back, always_call=True)]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
        for layer in [*stays]:  # a stop passes by the hooks
            take_back(layer)


def _own(layer: nn.Module) -> Iterator[tuple[str, Tensor]]:
    yield from layer.named_parameters(recurse=False)
    yield from layer.named_buffers(recurse=False)
