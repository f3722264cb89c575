"""What the last run of each document's nodes was made of, and what steps of a type cost: memory for reasons and estimates."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from graph_engine.atomic import replace_file
from graph_engine.keys import Keys, NodeFacts


class Made(msgspec.Struct, frozen=True):
    """A node's key when it last ran, and the facts behind it."""

    key: str
    facts: NodeFacts


class Cost(msgspec.Struct):
    """Running means over the steps of a node type."""

    seconds: float
    bytes: float
    runs: int = 1


class _Stored(msgspec.Struct):
    ran: dict[str, dict[str, Made]] = {}
    costs: dict[str, Cost] = {}


class History:
    """Facts by scope (a document) and node; costs by node type. With a path it outlives the process."""

    LIMIT = 200
    """Scopes that are remembered."""
    WINDOW = 8
    """Steps that a mean reaches back over, about."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._stored = _read(path) if path else _Stored()

    def last(self, scope: str, node: str) -> Made | None:
        return self._stored.ran.get(scope, {}).get(node)

    def cost(self, node_type: str) -> Cost | None:
        return self._stored.costs.get(node_type)

    def ran(self, scope: str, made: Keys, nodes: Iterable[str]) -> None:
        """Remember what these nodes were made of."""
        remembered = self._stored.ran.pop(scope, {})
        for node in nodes:
            remembered[node] = Made(made.keys[node], made.recipes[node].facts)
        self._stored.ran[scope] = remembered
        while len(self._stored.ran) > self.LIMIT:
            del self._stored.ran[next(iter(self._stored.ran))]

    def took(self, node_type: str, seconds: float, size: int) -> None:
        """Fold one step into the running mean of its type."""
        cost = self._stored.costs.get(node_type)
        if cost is None:
            self._stored.costs[node_type] = Cost(seconds, size)
            return
        cost.runs += 1
        share = 1 / min(cost.runs, self.WINDOW)
        cost.seconds += (seconds - cost.seconds) * share
        cost.bytes += (size - cost.bytes) * share

    def save(self) -> None:
        """Write to the path. A folder that cannot be written loses reasons and estimates, nothing else."""
        if self._path is None:
            return
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(str(self._path), [msgspec.json.encode(self._stored)])


def _read(path: Path) -> _Stored:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Stored)
    except (OSError, msgspec.DecodeError):
        return _Stored()
