"""What all items of one canvas share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.canvas.inks import Inks
from app.canvas.wiring import Wiring


@dataclass(slots=True)
class Stage:
    """``wiring`` is the link that is being made, if one is; ``standing_out`` are the nodes that are more than a box from far away, and
    ``lit`` the wires that are lit; ``changed`` is told of items that lie elsewhere or look otherwise."""

    inks: Inks
    wiring: Wiring | None = None
    standing_out: set[Any] = field(default_factory=set)
    lit: set[Any] = field(default_factory=set)
    changed: Callable[[list[Any]], None] = lambda items: None

    def forget(self) -> None:
        """Another scene."""
        self.wiring = None
        self.standing_out.clear()
        self.lit.clear()
