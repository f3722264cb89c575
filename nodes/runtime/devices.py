"""Which device works, and in which precision.

A device that was asked for and is not there is an error, never another device.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import torch

from graph_engine.errors import Failure
from graph_engine.memory import register_gauge


@dataclass(frozen=True)
class Device:
    """``dtype`` is what denoisers multiply in; autoencoders and text encoders stay float32, so that alpha keeps its steps."""

    name: str
    dtype: torch.dtype

    @property
    def torch(self) -> torch.device:
        return torch.device(self.name)


def device(name: str = "") -> Device:
    """The device of a name as torch spells it; by default that of ``TESSERA_DEVICE``, or the first GPU, or the CPU.

    Raises:
        Failure: there is no such device.
    """
    name = name or os.environ.get("TESSERA_DEVICE", "") or ("cuda" if torch.cuda.is_available() else "cpu")
    kind, _, index = name.partition(":")
    count = {"cpu": 1, "cuda": torch.cuda.device_count()}.get(kind, 0)
    if count <= (int(index) if index.isdecimal() else 0) or (index and not index.isdecimal()):
        known = ", ".join(["cpu", *(f"cuda:{gpu}" for gpu in range(torch.cuda.device_count()))])
        raise Failure(f"device: must be one of {known}, got {name}", "Choose another device (TESSERA_DEVICE).")
    return Device(name, precision(kind))


def precision(kind: str) -> torch.dtype:
    """bfloat16 where the hardware multiplies it, else float32.

    On a CPU float16, and bfloat16 that is emulated, are slower than float32.
    """
    if kind == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float32
    return torch.bfloat16 if torch.cpu.get_capabilities().get("avx512_bf16", False) else torch.float32


class DeviceMemory:
    """Measures the most bytes that tensors took on the GPU that works."""

    _base = 0

    def begin(self) -> None:
        if torch.cuda.is_initialized():
            torch.cuda.reset_peak_memory_stats()
            self._base = torch.cuda.memory_allocated()

    def peak(self) -> int:
        return max(0, torch.cuda.max_memory_allocated() - self._base) if torch.cuda.is_initialized() else 0


if torch.cuda.is_available():
    register_gauge("gpu", DeviceMemory())
