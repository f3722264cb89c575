"""Who holds loaded models: one holder a process, by digest, within a budget of bytes; the least recently used goes first.

A value on a link names a model; whoever runs it asks here for the weights, so that ten generators of one file are loaded once.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from graph_engine.memory import register_holder
from nodes.models.files import ModelFile
from nodes.models.known_layouts import LAYOUTS
from nodes.models.layouts import build_model
from nodes.runtime.devices import Device
from nodes.runtime.few_rows import FEW_ROWS, ON_GPU, can_pack, packed_bytes, ready


@dataclass(frozen=True)
class Held:
    """One loaded model, as a panel shows it."""

    name: str
    device: str
    bytes: int


class ModelHolder:
    def __init__(self, budget: int) -> None:
        self.budget = budget
        self._models: OrderedDict[tuple[str, str, str], tuple[Held, nn.Module]] = OrderedDict()
        self._lock = threading.Lock()

    def module(self, file: ModelFile, device: Device, weights: str = "") -> Any:
        """The module of the file's layout on the device, loaded if it is not held.

        Args:
            file: of the model.
            device: where it is to be.
            weights: what they are kept in, one of `few_rows.WEIGHTS`; empty = as is quickest without being seen.

        Raises:
            MissingModel: no file with the model's digest is left.
            Failure: the device has no such weights.
        """
        weights = weights or _quickest(file, device)
        key = (file.digest, device.name, weights)
        with self._lock:
            if key not in self._models:
                module = build_model(file).to(device.torch)
                if weights:
                    module = ready(module, weights)
                self._models[key] = Held(file.name, device.name, _bytes(module)), module
            self._models.move_to_end(key)
            self._evict()
            return self._models[key][1]

    def held(self) -> tuple[Held, ...]:
        """The models held, the least recently used first."""
        with self._lock:
            return tuple(held for held, _ in self._models.values())

    def resize(self, budget: int) -> None:
        """Set the budget; what has no room in it goes at once."""
        with self._lock:
            self.budget = budget
            self._evict()

    def release(self) -> int:
        """Let every model go; gives the bytes that they held."""
        with self._lock:
            freed = sum(held.bytes for held, _ in self._models.values())
            self._models.clear()
        if torch.cuda.is_initialized():
            torch.cuda.empty_cache()
        return freed

    def _evict(self) -> None:
        """The model that was just asked for stays, whatever its size: without it nothing runs."""
        while len(self._models) > 1 and sum(held.bytes for held, _ in self._models.values()) > self.budget:
            self._models.popitem(last=False)


def _quickest(file: ModelFile, device: Device) -> str:
    """In what the weights of models that are asked for a few rows at a time are read; empty for all others."""
    if LAYOUTS[file.layout].family not in FEW_ROWS:
        return ""
    if device.torch.type != "cpu":
        return ON_GPU if device.dtype == torch.bfloat16 else ""
    return "float16" if can_pack() else "float32"


def _bytes(module: nn.Module) -> int:
    tensors: int = sum(value.nbytes for value in module.state_dict().values())
    return tensors + packed_bytes(module)


holder = ModelHolder(budget=4 * 2**30)
"""The process's models."""
register_holder("models", holder)
