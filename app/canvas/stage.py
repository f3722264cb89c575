"""What all items of one canvas share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.canvas.inks import Inks
from app.canvas.wiring import Wiring


@dataclass(slots=True)
class Stage:
    """``wiring`` is the link that is being made, if one is; ``standing_out`` are the items that are more than a box from far away."""

    inks: Inks
    wiring: Wiring | None = None
    standing_out: set[Any] = field(default_factory=set)
