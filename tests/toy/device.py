"""A device of small size: it has so many bytes, and who asks for more is refused, as a GPU refuses."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from graph_engine import ValueType, digest_of, register_value


class Device:
    """Bytes that are held now, and the most that ever were."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.held = 0
        self.peak = 0

    @contextlib.contextmanager
    def room(self, size: int) -> Iterator[None]:
        """Hold some bytes for the length of the block.

        Raises:
            RuntimeError: they are not there.
        """
        if self.held + size > self.size:
            raise RuntimeError(f"toy device out of memory: tried to allocate {size} bytes, {self.size - self.held} are free")
        self.held += size
        self.peak = max(self.peak, self.held)
        try:
            yield
        finally:
            self.held -= size


@dataclass(frozen=True)
class Block:
    """A value that lies on a device."""

    size: int


register_value(
    Block,
    ValueType(
        name="Block", digest=lambda block: digest_of("block", str(block.size)), size=lambda block: block.size, pool=lambda block: "gpu"
    ),
)
