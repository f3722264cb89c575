"""A GPU that is none: tensors on it lie on the CPU, but say that they do not, and refuse to meet those that do.

So code for a GPU is run, number for number, where there is none: a tensor that was left on the CPU, a generator of the wrong device, a
look at memory through numpy all fail here as they would there. What it cannot show is speed, rounding and kernels.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import return_and_correct_aliasing
from torch.utils._pytree import tree_leaves, tree_map

CUDA = torch.device("cuda", 0)
aten = torch.ops.aten
MEETING = {aten._to_copy, aten.copy_, aten.index, aten.index_put_, aten.index_put, aten._index_put_impl_, aten.set_}
"""Operations in which both devices may meet: copies, and numbers of the CPU that choose places on the GPU."""


class OnGpu(Tensor):
    """A tensor that says it is on the GPU; ``inner`` is where its numbers are."""

    inner: Tensor

    @staticmethod
    def __new__(cls, inner: Tensor) -> OnGpu:
        made = torch.Tensor._make_wrapper_subclass(
            cls,
            inner.shape,
            strides=inner.stride(),
            storage_offset=inner.storage_offset(),
            dtype=inner.dtype,
            requires_grad=inner.requires_grad,
        )
        made.inner = inner.detach()
        return made  # type: ignore[no-any-return]

    @property
    def device(self) -> torch.device:  # type: ignore[override]
        return CUDA

    @property
    def is_cuda(self) -> bool:  # type: ignore[override]
        return True

    def __repr__(self, **_: Any) -> str:
        return f"OnGpu({self.inner})"

    @classmethod
    def __torch_dispatch__(cls, operation: Any, types: Any, given: Any = (), named: Any = None) -> Any:
        named = dict(named or {})
        if operation.overloadpacket not in MEETING:
            met = [value for value in tree_leaves((given, named)) if isinstance(value, Tensor)]
            strangers = [value for value in met if not isinstance(value, OnGpu) and value.ndim]
            if operation is aten.cat.default and not any(bool(value.any()) for value in strangers):
                strangers = []  # what autograd puts in for parts that were not used, on the device that it takes this to be
            if strangers:
                raise RuntimeError(
                    f"{operation}: all tensors must be on one device, {[tuple(value.shape) for value in strangers]} are on the CPU"
                )
        found = operation(*tree_map(on_cpu, given), **tree_map(on_cpu, named))
        return return_and_correct_aliasing(operation, given, named, tree_map(on_gpu, found))


def on_cpu(value: Any) -> Any:
    return value.inner if isinstance(value, OnGpu) else value


def on_gpu(value: Any) -> Any:
    return OnGpu(value) if isinstance(value, Tensor) and not isinstance(value, OnGpu) else value


def is_gpu(device: Any) -> bool:
    return device is not None and not isinstance(device, int) and torch.device(device).type == "cuda"


class _Pretending(TorchFunctionMode):
    """Takes over what would ask torch for memory of a GPU: factories, and copies to it."""

    def __torch_function__(self, function: Any, types: Any, given: Any = (), named: Any = None) -> Any:
        named = dict(named or {})
        if function in (Tensor.to, Tensor.cuda):
            asked = [*given[1:], *named.values(), *([CUDA] if function is Tensor.cuda else [])]
            if any(isinstance(one, str | torch.device) and is_gpu(one) or isinstance(one, OnGpu) for one in asked):
                return self._moved(given[0], asked)
            away = any(isinstance(one, str | torch.device) for one in asked) or any(type(one) is Tensor for one in asked)
            return function(_FromGpu.apply(given[0]) if away and isinstance(given[0], OnGpu) else given[0], *given[1:], **named)
        elif is_gpu(named.get("device")):
            generator = named.get("generator")
            if generator is not None and generator.device.type != "cuda":
                raise RuntimeError(f"{function.__name__}: expected a generator of cuda, got one of {generator.device.type}")
            del named["device"]
            return on_gpu(function(*tree_map(on_cpu, given), **named))
        if given and isinstance(given[0], OnGpu):
            if function is torch.nn.functional.one_hot:  # numbers its classes where it takes this to be
                return on_gpu(function(*tree_map(on_cpu, given), **named))
            if function is Tensor.new_tensor:
                return on_gpu(torch.tensor(given[1], dtype=named.get("dtype", given[0].dtype)))
            if function is Tensor.cpu:
                return _FromGpu.apply(given[0])
            if function is Tensor.numpy:
                raise TypeError("can't convert cuda:0 device type tensor to numpy")
            if function is Tensor.tolist:
                return given[0].inner.tolist()
        return function(*given, **named)

    def _moved(self, source: Tensor, asked: list[Any]) -> Tensor:
        """A tensor on the GPU, in the precision and order of memory that are asked for."""
        there = source if isinstance(source, OnGpu) else _ToGpu.apply(source)
        for one in asked:
            if isinstance(one, torch.dtype | OnGpu):
                there = there.to(one if isinstance(one, torch.dtype) else one.dtype)
            if isinstance(one, torch.memory_format):
                there = there.to(memory_format=one)
        return there


class _ToGpu(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, value: Tensor) -> Tensor:
        return OnGpu(value.detach().clone())

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Any:
        return gradient.inner if isinstance(gradient, OnGpu) else gradient


class _FromGpu(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, value: OnGpu) -> Tensor:
        return value.inner.clone()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Any:
        return on_gpu(gradient)


@contextmanager
def pretended_gpu(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A GPU for the length of the block."""
    save, load, autocast = torch.save, torch.load, torch.autocast
    for name, stand_in in {
        "is_available": lambda: True,
        "device_count": lambda: 1,
        "current_device": lambda: 0,
        "is_bf16_supported": lambda **_: True,
        "get_device_name": lambda *_: "a GPU that is none",
        "synchronize": lambda *_: None,
        "empty_cache": lambda: None,
    }.items():
        monkeypatch.setattr(torch.cuda, name, stand_in)
    monkeypatch.setattr(torch, "save", lambda value, where: save(tree_map(on_cpu, value), where))

    def loaded(where: Any, map_location: Any = None, **named: Any) -> Any:
        value = load(where, **named)
        return tree_map(on_gpu, value) if is_gpu(map_location) else value

    monkeypatch.setattr(torch, "load", loaded)
    monkeypatch.setattr(torch, "inference_mode", torch.no_grad)  # tensors that say where they are need what it saves
    monkeypatch.setattr(torch, "autocast", lambda kind, *given, **named: autocast("cpu", *given, **named))
    torch.__future__.set_overwrite_module_params_on_conversion(True)  # of a module that moves, parameters become others
    try:
        with _Pretending():
            yield
    finally:
        torch.__future__.set_overwrite_module_params_on_conversion(False)
