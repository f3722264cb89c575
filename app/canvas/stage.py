"""What all items of one canvas share."""

from __future__ import annotations

from dataclasses import dataclass

from app.canvas.inks import Inks
from app.canvas.wiring import Wiring


@dataclass(slots=True)
class Stage:
    """``wiring`` is the link that is being made, if one is."""

    inks: Inks
    wiring: Wiring | None = None
