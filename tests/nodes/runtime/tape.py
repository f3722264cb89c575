"""A stand-in for a CUDA graph on the CPU: it keeps what was done, in which memory, and does it again.

So what holds of a graph can be seen without a GPU: a number that was read while it was recorded is an error, and what is played again
knows no tensors but those of the recording.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from tests.nodes.runtime.pretended_gpu import on_cpu

WAITS = (torch.ops.aten._local_scalar_dense, torch.ops.aten.nonzero, torch.ops.aten.unique_dim, torch.ops.aten.masked_select)
"""Operations for which a CPU waits until a GPU is done."""


class Tape(TorchDispatchMode):
    def __init__(self) -> None:
        super().__init__()
        self.done: list[tuple[Any, Any, Any, Any]] = []

    def __torch_dispatch__(self, operation: Any, types: Any, given: Any = (), named: Any = None) -> Any:
        assert operation.overloadpacket not in WAITS, f"{operation} waits for the GPU"
        found = operation(*given, **(named or {}))
        self.done.append((operation, given, named or {}, found))
        return found

    def replay(self) -> None:
        for operation, given, named, before in self.done:
            pairs = zip(tree_leaves(before), tree_leaves(operation(*given, **named)), strict=True)
            for old, new in pairs:
                if isinstance(old, Tensor) and on_cpu(old).data_ptr() != on_cpu(new).data_ptr():
                    old.copy_(new)


@contextmanager
def recording(tape: Tape, capture_error_mode: str) -> Iterator[None]:
    with tape:
        yield


def on_tape(monkeypatch: pytest.MonkeyPatch) -> None:
    """CUDA's graphs become tapes."""
    stream = SimpleNamespace(wait_stream=lambda other: None)
    for name, stand_in in {
        "CUDAGraph": Tape,
        "graph": recording,
        "Stream": lambda: stream,
        "current_stream": lambda: stream,
        "stream": nullcontext,
        "device": nullcontext,
    }.items():
        monkeypatch.setattr(torch.cuda, name, stand_in)
