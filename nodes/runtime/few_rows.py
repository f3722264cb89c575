"""Models made ready to be asked for a few rows at a time.

A model that decodes token by token spends its time in fetching weights, so half the bytes is nearly twice the speed. Activations and
sums stay float32 where weights are float16: those are rounded by 1 part in 2,000 at most, eight times finer than bfloat16. With 8 bit
weights activations are rounded too. A GPU has no such kernels: there all is bfloat16.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from functools import cache
from typing import TypeGuard

import torch
from torch import Tensor, nn

from graph_engine.errors import Failure
from nodes.models.blocks import RmsNorm

LARGEST = 65504.0
"""Of float16; a weight beyond it would become another one."""

SMALL = 2**20
"""Weights of a layer whose product is over before threads have come together."""

FEW_ROWS = ("next token", "regions", "diagonals")
"""Families whose models are asked for a few tokens at a time; the others spend their time in products."""

WEIGHTS = ("float32", "float16", "8 bit")
"""What weights can be kept in for few rows on a CPU."""

ON_GPU = "bfloat16"
"""What they are kept in on a GPU that multiplies it."""

AUTOMATIC = "Set weights of Load generator to automatic."


class HalvedLinear(nn.Module):
    """A linear layer whose weight is stored in float16, in the order in which the processor reads it."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        weight, self.bias = layer.weight.detach(), _alone(layer.bias)
        self.in_features, self.out_features = layer.in_features, layer.out_features
        self.nbytes = 2 * weight.numel()
        # Two kernels read the same packing: one is called in a tenth of the time, one shares its work among threads.
        self.shared = weight.numel() > SMALL and torch.get_num_threads() > 1
        if self.shared:
            self.packed = torch.ops.quantized.linear_prepack_fp16(weight, self.bias)
        else:
            self.packed = torch.fbgemm_pack_gemm_matrix_fp16(weight.float())

    def forward(self, x: Tensor) -> Tensor:
        if self.shared:
            return torch.ops.quantized.linear_dynamic_fp16(x, self.packed)  # type: ignore[no-any-return]
        return torch.fbgemm_linear_fp16_weight_fp32_activation(x, self.packed, self.bias)


class QuarteredLinear(nn.Module):
    """A linear layer of 8 bit integers, with a step for each row of weights and each row of activations.

    Dettmers et al. 2022, "LLM.int8()", section 3.1, without the part that stays in 16 bits. Steps go by their own row alone, so that an
    item of a batch is what it is by itself.
    """

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        weight, self.bias = layer.weight.detach().float(), _alone(layer.bias)
        self.in_features, self.out_features = layer.in_features, layer.out_features
        # Where 8 bit products are summed in pairs of 16 bits, weights of 7 bits keep those from running over.
        most = 127 if torch.cpu.get_capabilities().get("avx512_vnni", False) else 63
        step = (weight.abs().amax(1) / most).clamp(min=torch.finfo(torch.float32).tiny)
        whole = (weight / step[:, None]).round().to(torch.int8)
        self.packed, self.sums = torch.fbgemm_pack_quantized_matrix(whole), whole.sum(1, dtype=torch.int32)
        self.step, self.zero = step, torch.zeros_like(step)
        # The kernel has one range for all rows: this one makes it −1 to 1, whatever the others are.
        self.range = torch.tensor([[-1.0, 1.0]]).repeat(1, layer.in_features)[:, : layer.in_features]
        self.sizes = whole[:1, :1].clone().expand_as(whole)  # the kernel asks for the sizes alone
        self.nbytes = whole.numel() + 3 * step.nbytes

    def forward(self, x: Tensor) -> Tensor:
        rows = x.reshape(-1, x.shape[-1])
        most = torch.linalg.vector_norm(rows, torch.inf, -1, keepdim=True).clamp_(min=torch.finfo(torch.float32).tiny)
        whole = torch.cat([rows / most, self.range])
        found = torch.fbgemm_linear_int8_weight_fp32_activation(whole, self.sizes, self.packed, self.sums, 1.0, 0, self.zero)
        found = found[:-1].mul_(self.step).mul_(most)
        return (found if self.bias is None else found.add_(self.bias)).view(*x.shape[:-1], -1)


def _alone(bias: nn.Parameter | None) -> nn.Parameter | None:
    return None if bias is None else nn.Parameter(bias.detach().float(), requires_grad=False)


class BareNorm(nn.Module):
    """`RmsNorm` of float32 in four operations: ``x/√(‖x‖² + C·ε)·√C·weight``, C the width."""

    def __init__(self, norm: RmsNorm) -> None:
        super().__init__()
        width = len(norm.weight)
        self.gain = nn.Parameter(norm.weight.detach() * width**0.5, requires_grad=False)
        self.register_buffer("floor", norm.weight.new_tensor((width * norm.eps) ** 0.5))
        self.floor: Tensor

    def forward(self, x: Tensor) -> Tensor:
        return (x / torch.hypot(torch.linalg.vector_norm(x, dim=-1, keepdim=True), self.floor)).mul_(self.gain)


@cache
def can_pack() -> bool:
    """Whether this processor and this torch have the kernels for fewer bits: those of x86."""
    if "fbgemm" not in torch.backends.quantized.supported_engines or not hasattr(torch, "fbgemm_pack_quantized_matrix"):
        return False
    with warnings.catch_warnings():  # said once a process: that a later torch will not have them
        warnings.simplefilter("ignore")
        some = nn.Linear(8, 8)
        HalvedLinear(some)(torch.ones(1, 8)), QuarteredLinear(some)(torch.ones(1, 8))
    return True


def ready(model: nn.Module, weights: str = "float16") -> nn.Module:
    """The model for few rows, in place: weights of its linear layers in one of `WEIGHTS`, layers that read the same as one, norms bare.

    Layers with a weight that float16 cannot hold stay as they are. Without the kernels (`can_pack`) there is float32 alone. A GPU knows
    `ON_GPU` and float32; norms stay as they are there.
    """
    elsewhere = any(value.device.type != "cpu" for value in model.parameters())
    if weights == ON_GPU or (elsewhere and weights == "float32"):
        return _ready(model.bfloat16() if weights == ON_GPU else model, _same, norms=False)
    if elsewhere:
        raise Failure(f"weights: {weights} is for models on the CPU, this one is on another device", AUTOMATIC)
    if weights != "float32" and not can_pack():
        raise Failure(f"weights: must be float32 on this processor, got {weights}", AUTOMATIC)
    return _ready(model, {"float32": _same, "float16": _halved, "8 bit": QuarteredLinear}[weights])


def _ready(model: nn.Module, packed: Callable[[nn.Linear], nn.Module], norms: bool = True) -> nn.Module:
    beside = getattr(model, "side_by_side", ())
    if beside:
        model.both = packed(_as_one([getattr(model, name) for name in beside]))
        for name in beside:
            delattr(model, name)
    for name, layer in model.named_children():
        if _is_linear(layer):
            setattr(model, name, packed(layer))
        elif isinstance(layer, RmsNorm):
            setattr(model, name, BareNorm(layer) if norms else layer)
        else:
            _ready(layer, packed, norms)
    return model


def _same(layer: nn.Linear) -> nn.Module:
    return layer


def _halved(layer: nn.Linear) -> nn.Module:
    return HalvedLinear(layer) if float(layer.weight.detach().abs().max()) <= LARGEST else layer


def _is_linear(layer: nn.Module) -> TypeGuard[nn.Linear]:
    return type(layer) is nn.Linear


def _as_one(layers: Sequence[nn.Module]) -> nn.Linear:
    """Layers without bias that read the same, their outputs one after the other."""
    weight = torch.cat([layer.get_parameter("weight").detach() for layer in layers])
    one = nn.Linear(weight.shape[1], weight.shape[0], bias=False, device="meta")
    one.weight = nn.Parameter(weight, requires_grad=False)
    return one


def packed_bytes(model: nn.Module) -> int:
    """What its packed layers take; they are no tensors that a state dict would tell."""
    return sum(layer.nbytes for layer in model.modules() if isinstance(layer, HalvedLinear | QuarteredLinear))
