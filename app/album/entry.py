"""An entry of the album: one picture that a run made, and what it was made with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from graph_engine.values import Pixels


class Made(msgspec.Struct, frozen=True):
    """A picture as a run gave it, before it is an entry.

    Attributes:
        name: of the document.
        scope: the document's file; empty where it has none.
        node: id of the node in the flat graph.
        title: of the node.
        digest: of the value that the picture shows.
        workflow: the file as it ran, with its seeds drawn.
        values: what the parameters of the nodes behind it were, by name; a name that several nodes have holds several values.
        parent: the entry that the document showed before, 0 where there is none.
        file: where the node wrote the picture, if it did.
    """

    pixels: Pixels
    name: str
    scope: str
    node: str
    title: str
    digest: str
    workflow: bytes
    values: Mapping[str, tuple[Any, ...]]
    parent: int = 0
    file: str = ""


class Lying(NamedTuple):
    """A picture that lies in a file, and what it was made with; its pixels are still to be read."""

    made: Made
    picture: Path


UNREAD = Pixels(0, 0, b"")
PICTURE_SUFFIXES = (".png", ".webp", ".jpg", ".jpeg")


class Entry(msgspec.Struct, frozen=True):
    """``when`` is in seconds since 1970; ``picture`` and ``workflow`` name what the album holds apart."""

    id: int
    when: float
    name: str
    scope: str
    node: str
    title: str
    digest: str
    workflow: str
    picture: str
    width: int
    height: int
    values: Mapping[str, tuple[Any, ...]]
    parent: int = 0
    file: str = ""
    starred: bool = False
    tags: tuple[str, ...] = ()

    @property
    def seed(self) -> int | None:
        """The seed, where there is one."""
        found = self.values.get("seed", ())
        return int(found[0]) if found else None
