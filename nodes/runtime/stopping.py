"""A soft stop within a pass through a model: its layers look up before they work."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from torch import nn

from graph_engine.context import Context


@contextlib.contextmanager
def stopping(model: nn.Module, context: Context) -> Iterator[None]:
    """In this block the model stops before any of its layers once the user asked for it. Layers are what it has in rows.

    Raises:
        Stopped: the run is to end.
    """

    def look_up(*_: object) -> None:
        context.check()

    rows = [module for module in model.modules() if isinstance(module, nn.ModuleList | nn.Sequential)]
    hooks = [layer.register_forward_pre_hook(look_up) for layer in dict.fromkeys(layer for row in rows for layer in row)]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
