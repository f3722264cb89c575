"""A steadier hand: the brush hangs behind the pointer, so that what trembles is left out and a curve comes out smooth."""

from __future__ import annotations

from app.editors.editor import Touch

SLOWEST = 0.94
"""How much of the way to the pointer is left out at full strength, at each touch."""
NEAR = 0.5
"""Pixels of the screen from the pointer at which the brush has caught up."""
MOST = 120


class Steadied:
    """Touches on their way to a stroke. ``strength`` is 0 (as the hand moves) to 100."""

    def __init__(self, strength: float) -> None:
        self._share = 1 - SLOWEST * min(100.0, max(0.0, strength)) / 100
        self._last: Touch | None = None

    def taken(self, touch: Touch) -> Touch:
        """Where the brush is when the pointer is there."""
        last = self._last
        if last is not None:
            at = last.at + (touch.at - last.at) * self._share
            pressure, tilt = (old + (new - old) * self._share for old, new in ((last.pressure, touch.pressure), (last.tilt, touch.tilt)))
            touch = touch._replace(at=at, pressure=pressure, tilt=tilt)
        self._last = touch
        return touch

    def caught_up(self, touch: Touch) -> list[Touch]:
        """The rest of the way, so that a stroke ends where it was let go."""
        found: list[Touch] = []
        while self._last and (touch.at - self._last.at).manhattanLength() * touch.zoom > NEAR and len(found) < MOST:
            found.append(self.taken(touch._replace(pressure=self._last.pressure)))
        return found
