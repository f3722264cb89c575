"""Weights in half precision on a CPU, for models that are asked for a few rows at a time.

A model that decodes token by token spends its time in fetching weights, so half the bytes is nearly twice the speed. Activations and
sums stay float32: only weights are rounded, by 1 part in 2,000 at most, which is eight times finer than bfloat16.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeGuard

import torch
from torch import Tensor, nn

LARGEST = 65504.0
"""Of float16; a weight beyond it would become another one."""

FEW_ROWS = ("next token", "regions", "diagonals")
"""Families whose models are asked for a few tokens at a time; the others spend their time in products."""


class HalvedLinear(nn.Module):
    """A linear layer whose weight is stored in float16, in the order in which the processor reads it."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.in_features, self.out_features = layer.in_features, layer.out_features
        self.nbytes = 2 * layer.weight.numel() + (0 if layer.bias is None else layer.bias.nbytes)
        self.packed = torch.ops.quantized.linear_prepack_fp16(layer.weight.detach(), layer.bias)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = torch.ops.quantized.linear_dynamic_fp16(x, self.packed)
        return found


def can_halve() -> bool:
    """Whether this processor has the kernels: those of x86."""
    return "fbgemm" in torch.backends.quantized.supported_engines


def halved(model: nn.Module) -> nn.Module:
    """The model with its linear layers halved, in place; layers with a weight that float16 cannot hold stay as they are."""
    beside = getattr(model, "side_by_side", ())
    if beside and all(_fits(getattr(model, name)) for name in beside):
        model.both = HalvedLinear(_as_one([getattr(model, name) for name in beside]))
        for name in beside:
            delattr(model, name)
    for name, layer in model.named_children():
        if _fits(layer):
            setattr(model, name, HalvedLinear(layer))
        else:
            halved(layer)
    return model


def _fits(layer: nn.Module) -> TypeGuard[nn.Linear]:
    return type(layer) is nn.Linear and float(layer.weight.detach().abs().max()) <= LARGEST


def _as_one(layers: Sequence[nn.Module]) -> nn.Linear:
    """Layers without bias that read the same, their outputs one after the other."""
    weight = torch.cat([layer.get_parameter("weight").detach() for layer in layers])
    one = nn.Linear(weight.shape[1], weight.shape[0], bias=False, device="meta")
    one.weight = nn.Parameter(weight, requires_grad=False)
    return one


def halved_bytes(model: nn.Module) -> int:
    """What its halved layers take; they are no tensors that a state dict would tell."""
    return sum(layer.nbytes for layer in model.modules() if isinstance(layer, HalvedLinear))
