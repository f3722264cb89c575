"""What the last run of each document's nodes was made of, and what steps of a type cost: memory for reasons and estimates."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

import msgspec

from graph_engine.keys import Keys, NodeFacts


class Cost(msgspec.Struct, frozen=True):
    seconds: float
    bytes: int
    runs: int = 1


class _Stored(msgspec.Struct):
    ran: dict[str, dict[str, NodeFacts]] = {}
    keys: dict[str, dict[str, str]] = {}
    costs: dict[str, Cost] = {}


class History:
    """Facts by scope (a document) and node; costs by node type. With a path it outlives the process."""

    LIMIT = 200
    """Scopes that are remembered."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._stored = _read(path) if path else _Stored()

    def last(self, scope: str, node: str) -> NodeFacts | None:
        return self._stored.ran.get(scope, {}).get(node)

    def last_key(self, scope: str, node: str) -> str:
        return self._stored.keys.get(scope, {}).get(node, "")

    def cost(self, node_type: str) -> Cost | None:
        return self._stored.costs.get(node_type)

    def ran(self, scope: str, made: Keys, nodes: list[str]) -> None:
        """Remember what these nodes were made of."""
        facts = self._stored.ran.pop(scope, {})
        keys = self._stored.keys.pop(scope, {})
        for node in nodes:
            facts[node], keys[node] = made.facts[node], made.keys[node]
        self._stored.ran[scope], self._stored.keys[scope] = facts, keys
        while len(self._stored.ran) > self.LIMIT:
            oldest = next(iter(self._stored.ran))
            del self._stored.ran[oldest], self._stored.keys[oldest]

    def took(self, node_type: str, seconds: float, size: int) -> None:
        """Fold one step into the running mean of its type."""
        old = self._stored.costs.get(node_type)
        share = 1 / min(old.runs + 1, 8) if old else 1.0
        before = old or Cost(seconds, size, 0)
        mixed = before.seconds + (seconds - before.seconds) * share
        self._stored.costs[node_type] = Cost(mixed, round(before.bytes + (size - before.bytes) * share), before.runs + 1)

    def save(self) -> None:
        """Write to the path. A folder that cannot be written loses reasons and estimates, nothing else."""
        if self._path is None:
            return
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle, part = tempfile.mkstemp(dir=self._path.parent, prefix=".part-")
            with os.fdopen(handle, "wb") as file:
                file.write(msgspec.json.encode(self._stored))
            os.replace(part, self._path)


def _read(path: Path) -> _Stored:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Stored)
    except (OSError, msgspec.DecodeError):
        return _Stored()
