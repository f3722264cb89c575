"""What the last run of each document's nodes was made of, and what steps cost: memory for reasons and estimates.

With a path it outlives the process, in an SQLite file that any number of processes share; only what changed is written.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

from graph_engine.costs import KEPT, Cost, Costs, Sample, Work
from graph_engine.keys import Keys, NodeFacts

Answer = TypeVar("Answer")

_FORM = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
CREATE TABLE IF NOT EXISTS ran (scope TEXT, node TEXT, made BLOB, PRIMARY KEY (scope, node)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS scopes (scope TEXT PRIMARY KEY, used REAL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS samples (number INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT, sample BLOB);
CREATE INDEX IF NOT EXISTS samples_by_type ON samples (type, number);
"""
WAIT_SECONDS = 2.0
"""For another process that is just writing; then reasons and estimates of this run are not written down."""


class History:
    """Facts by scope (a document) and node; costs by node type."""

    LIMIT = 200
    """Scopes that are remembered."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._ran: dict[str, dict[str, NodeFacts]] = {}
        self._changed: dict[tuple[str, str], NodeFacts] = {}
        self._costs: Costs | None = None

    @property
    def costs(self) -> Costs:
        if self._costs is None:
            nothing: dict[str, list[Sample]] = {}
            self._costs = Costs(self._ask(_samples, nothing))
        return self._costs

    def last(self, scope: str, node: str) -> NodeFacts | None:
        return self.remembered(scope).get(node)

    def cost(self, node_type: str) -> Cost | None:
        """What a step of a type is likely to take, whatever is asked of it."""
        return self.costs.typical(node_type)

    def ran(self, scope: str, made: Keys, nodes: Iterable[str]) -> None:
        """Remember what these nodes were made of."""
        remembered = self.remembered(scope)
        for node in nodes:
            before, recipe = remembered.get(node), made.recipes[node]
            if before is None or before.key != recipe.key or before.sources != recipe.sources:
                remembered[node] = self._changed[scope, node] = recipe
        self._ran[scope] = self._ran.pop(scope)  # the newest last
        while len(self._ran) > self.LIMIT:
            del self._ran[next(iter(self._ran))]

    def took(self, node_type: str, cost: Cost, work: Work) -> None:
        """Remember what a step cost."""
        self.costs.took(node_type, Sample(work, cost))

    def save(self) -> None:
        """Write down what is new. A file that cannot be written loses reasons and estimates, nothing else."""
        rows = [(scope, node, _written(made)) for (scope, node), made in self._changed.items()] if self._path else []
        samples = [(name, msgspec.json.encode(sample)) for name, sample in self.costs.fresh] if self._path else []
        self._changed.clear()
        self.costs.fresh.clear()
        if rows or samples:
            self._ask(lambda file: _write(file, rows, samples, self.LIMIT), None)

    def remembered(self, scope: str) -> dict[str, NodeFacts]:
        """What each node of a document was made of when it last ran."""
        found = self._ran.get(scope)
        if found is None:
            found = self._ran[scope] = self._ask(lambda file: _facts(file, scope), {})
        return found

    def _ask(self, ask: Callable[[sqlite3.Connection], Answer], otherwise: Answer) -> Answer:
        """What the file answers, in one transaction. A damaged file is removed; one that cannot be opened or written answers nothing."""
        if self._path is None:
            return otherwise
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.closing(sqlite3.connect(self._path, timeout=WAIT_SECONDS)) as file:
                file.executescript(_FORM)
                with file:
                    return ask(file)
        except sqlite3.OperationalError:  # locked for too long, a full disk, a folder that cannot be written
            return otherwise
        except (sqlite3.DatabaseError, msgspec.DecodeError):
            for name in (self._path, *(self._path.with_name(self._path.name + end) for end in ("-wal", "-shm"))):
                name.unlink(missing_ok=True)
            return otherwise
        except OSError:
            return otherwise


def _written(made: NodeFacts) -> bytes:
    """The facts alone, where they are those of a recipe."""
    return msgspec.json.encode({name: getattr(made, name) for name in NodeFacts.__struct_fields__})


def _facts(file: sqlite3.Connection, scope: str) -> dict[str, NodeFacts]:
    rows = file.execute("SELECT node, made FROM ran WHERE scope = ?", (scope,))
    return {node: msgspec.json.decode(made, type=NodeFacts) for node, made in rows}


def _samples(file: sqlite3.Connection) -> dict[str, list[Sample]]:
    found: dict[str, list[Sample]] = {}
    for name, sample in file.execute("SELECT type, sample FROM samples ORDER BY number"):
        found.setdefault(name, []).append(msgspec.json.decode(sample, type=Sample))
    return found


def _write(file: sqlite3.Connection, rows: list[tuple[str, str, bytes]], samples: list[tuple[str, bytes]], scopes: int) -> None:
    """Add rows and samples, and drop the oldest scopes and samples beyond what is kept."""
    file.executemany("INSERT OR REPLACE INTO ran VALUES (?, ?, ?)", rows)
    file.executemany("INSERT OR REPLACE INTO scopes VALUES (?, ?)", [(scope, time.time()) for scope in {row[0] for row in rows}])
    old = file.execute("SELECT scope FROM scopes ORDER BY used DESC LIMIT -1 OFFSET ?", (scopes,)).fetchall()
    file.executemany("DELETE FROM ran WHERE scope = ?", old)
    file.executemany("DELETE FROM scopes WHERE scope = ?", old)
    file.executemany("INSERT INTO samples (type, sample) VALUES (?, ?)", samples)
    kept = "SELECT number FROM samples WHERE type = ? ORDER BY number DESC LIMIT ?"
    for name in {name for name, _ in samples}:
        file.execute(f"DELETE FROM samples WHERE type = ? AND number NOT IN ({kept})", (name, name, KEPT))
