"""Muon (Jordan et al. 2024): momentum whose matrices are orthogonalized, here in stacks of equal shape.

torch.optim.Muon always iterates in bfloat16, which is several times slower than float32 on processors without bfloat16 units.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from nodes.runtime.devices import precision


def orthogonalized(update: Tensor, steps: int = 5) -> Tensor:
    """The nearest semi-orthogonal matrix to each of a stack (count, rows, columns), by the quintic Newton–Schulz iteration."""
    a, b, c = 3.4445, -4.7750, 2.0315
    wide = update.shape[1] <= update.shape[2]
    x = update if wide else update.mT
    x = (x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)).to(precision(x.device.type))
    for _ in range(steps):
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    return (x if wide else x.mT).to(update.dtype)


class Muon(torch.optim.Optimizer):
    def __init__(self, matrices: Iterable[Tensor], lr: float, momentum: float = 0.95, weight_decay: float = 0.0) -> None:
        super().__init__(matrices, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        for group in self.param_groups:
            stacks: dict[torch.Size, list[Tensor]] = {}
            for matrix in group["params"]:
                if matrix.grad is not None:
                    stacks.setdefault(matrix.shape, []).append(matrix)
            for shape, matrices in stacks.items():
                self._step_stack(group, shape, matrices)

    def _step_stack(self, group: dict[str, Any], shape: torch.Size, matrices: list[Tensor]) -> None:
        ahead = []
        for matrix in matrices:
            momentum = self.state[matrix].setdefault("momentum", torch.zeros_like(matrix))
            momentum.lerp_(matrix.grad, 1 - group["momentum"])
            ahead.append(matrix.grad.lerp(momentum, group["momentum"]))
        updates = orthogonalized(torch.stack(ahead))
        length = max(1.0, shape[0] / shape[1]) ** 0.5
        for matrix, update in zip(matrices, updates, strict=True):
            matrix.mul_(1 - group["lr"] * group["weight_decay"]).add_(update, alpha=-group["lr"] * length)
