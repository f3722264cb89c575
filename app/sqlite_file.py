"""One SQLite file that processes of this user share: opened or made, its version checked, changed whole or not at all."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

BUSY_SECONDS = 30.0


class Unreadable(Exception):
    """The file is damaged, no such file, or of a newer program: the message says where, the rule and what came."""


class SqliteFile:
    """A connection, usable from any thread of its process.

    Args:
        path: the file; its folder is made.
        schema: statements that make an empty one.
        version: of the schema.
        what: what such a file is, as in "must be a queue of this program".
        durable: whether a change is there after a power cut too, at the price of waiting for the disk.

    Raises:
        Unreadable: the file is there and is not such a file.
    """

    def __init__(self, path: Path, schema: str, version: int, what: str, durable: bool = True) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.lock = threading.RLock()
        try:
            self.db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            self.db.execute("PRAGMA journal_mode=WAL")
            self.db.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            self._make(schema, version)
        except sqlite3.DatabaseError as error:
            raise Unreadable(f"{path}: must be {what} of this program, got {error}; move the file away to begin another") from None

    def _make(self, schema: str, version: int) -> None:
        with self.writing():
            (found,) = self.db.execute("PRAGMA user_version").fetchone()
            if found > version:
                raise Unreadable(f"{self.path}: is of version {found}, this program knows {version}; use the newer program")
            if found == 0:
                for statement in schema.split(";"):
                    self.db.execute(statement)
                self.db.execute(f"PRAGMA user_version={version}")

    def close(self) -> None:
        with self.lock:
            self.db.close()

    def rows(self, query: str, *values: Any) -> list[Any]:
        with self.lock:
            return self.db.execute(query, values).fetchall()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One change, whole or not at all; within another it is part of that."""
        with self.lock:
            if self.db.in_transaction:
                yield
                return
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self.db.execute("ROLLBACK")
                raise
            self.db.execute("COMMIT")


def put_aside(path: Path) -> Path:
    """Move a file that cannot be read out of the way, with what belongs to it; where it is now."""
    aside = path.with_name(f"{path.name}.unreadable-{int(time.time())}")
    for ending in ("", "-wal", "-shm"):
        if (part := path.with_name(f"{path.name}{ending}")).exists():
            part.rename(f"{aside}{ending}")
    return aside
