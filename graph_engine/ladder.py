"""How a step that ran out of memory is called again: after everything that can be had again was let go, then with less at once.

A node says what it could do with less by asking its `Context`: how many pieces at once, how large a tile, whether weights may stay
off the device. Only what it asked for is tried.
"""

from __future__ import annotations


class Ladder:
    """How far down one step is, and what it asked for on the way."""

    # Defaults on the class: every step has a ladder, and few ever take a rung.
    let_go = False
    offloading = False
    _halvings = 0
    _tile_halvings = 0
    _pieces = (1, 1)  # at once, of how many: the largest that was asked for
    _tile = (0, 0)  # side, and the least side that makes sense
    _unit = ""
    _can_offload = False

    def pieces(self, total: int) -> int:
        """How many of ``total`` equal pieces to work on at once."""
        at_once = max(1, -(-total // (1 << self._halvings)))
        self._pieces = max(self._pieces, (at_once, total))
        return at_once

    def tile(self, side: int, least: int, unit: str = "") -> int:
        """The side of the tiles to work in; ``side`` = as a whole."""
        self._unit = f" {unit}" if unit else ""
        tile = max(min(side, least), -(-side // (1 << self._tile_halvings)))
        self._tile = max(self._tile, (tile, least))
        return tile

    def offload(self) -> bool:
        """Whether weights come to the device a part at a time."""
        self._can_offload = True
        return self.offloading

    def down(self) -> bool:
        """Take the next rung; False where there is none."""
        if not self.let_go:
            self.let_go = True
        elif self._pieces[0] > 1:
            self._halvings += 1
        elif self._tile[0] > self._tile[1]:
            self._tile_halvings += 1
        elif self._can_offload and not self.offloading:
            self.offloading = True
        else:
            return False
        self._pieces, self._tile, self._can_offload = (1, 1), (0, 0), False  # to be asked for again
        return True

    def notes(self) -> tuple[str, ...]:
        """What was done for want of memory, for the result."""
        if not self.let_go:
            return ()
        said = []
        if self._halvings and self._pieces[1] > 1:
            said.append(f"{self._pieces[0]} of {self._pieces[1]} at a time")
        if self._tile_halvings:
            said.append(f"in tiles of {self._tile[0]}{self._unit}")
        if self.offloading:
            said.append("with weights brought to the device a part at a time")
        if said:
            return ("Memory ran out, so this was made " + ", ".join(said) + ".",)
        return ("Memory ran out at first; results and models that were held have been let go for this.",)
