"""The album of all windows of this user: entries in one SQLite file, pictures beside it, each content once."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from app.album.entry import Entry, Made
from app.sqlite_file import SqliteFile, Unreadable, put_aside
from graph_engine.atomic import write_atomically

FILE, PICTURES = "album.sqlite", "album"
VERSION = 1
BUDGET = 4 << 30
"""Bytes of pictures; past it the oldest go that have neither a star nor a tag."""

_SCHEMA = """
CREATE TABLE entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, "when" REAL NOT NULL, name TEXT NOT NULL, scope TEXT NOT NULL, node TEXT NOT NULL,
    title TEXT NOT NULL, digest TEXT NOT NULL, workflow TEXT NOT NULL, picture TEXT NOT NULL,
    width INTEGER NOT NULL, height INTEGER NOT NULL, "values" TEXT NOT NULL, parent INTEGER NOT NULL, file TEXT NOT NULL,
    starred INTEGER NOT NULL, tags TEXT NOT NULL
);
CREATE TABLE workflows (digest TEXT PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE pictures (digest TEXT PRIMARY KEY, bytes INTEGER NOT NULL, thumbnail BLOB NOT NULL);
"""
_OLDEST = "SELECT id FROM entries WHERE NOT starred AND tags = '[]' AND id < (SELECT MAX(id) FROM entries) ORDER BY id LIMIT 1"
_NAMES = tuple(field.name for field in msgspec.structs.fields(Entry))
_COLUMNS = ", ".join(f'"{name}"' for name in _NAMES)
_DATA = ("values", "tags")  # columns that hold JSON


class Album:
    """A connection to the album, usable from any thread of its process.

    Args:
        folder: where the album lies; processes that name the same folder share it.
        budget: bytes of pictures that are kept without a star or a tag.

    Raises:
        Unreadable: the file is damaged, or of a newer program.
    """

    def __init__(self, folder: Path, budget: int = BUDGET) -> None:
        self.budget = budget
        self._pictures = folder / PICTURES
        self._file = SqliteFile(folder / FILE, _SCHEMA, VERSION, "an album", durable=False)
        self._db, self._lock, self._writing = self._file.db, self._file.lock, self._file.writing
        self._pictures.mkdir(exist_ok=True)

    def close(self) -> None:
        self._file.close()

    # looking

    def entries(self) -> list[Entry]:
        """Every entry, the latest first."""
        return [_entry(row) for row in self._file.rows(f"SELECT {_COLUMNS} FROM entries ORDER BY id DESC")]

    def entry(self, number: int) -> Entry | None:
        found = self._file.rows(f"SELECT {_COLUMNS} FROM entries WHERE id = ?", number)
        return _entry(found[0]) if found else None

    def thumbnail(self, entry: Entry) -> bytes:
        """A small PNG of the picture."""
        found = self._file.rows("SELECT thumbnail FROM pictures WHERE digest = ?", entry.picture)
        return bytes(found[0][0]) if found else b""

    def workflow(self, entry: Entry) -> bytes:
        """The workflow file as it ran; empty where another process removed the entry."""
        found = self._file.rows("SELECT content FROM workflows WHERE digest = ?", entry.workflow)
        return bytes(found[0][0]) if found else b""

    def picture(self, entry: Entry) -> Path:
        """Where the whole picture lies, a PNG."""
        return self._pictures / f"{entry.picture}.png"

    def ancestors(self, entry: Entry) -> list[Entry]:
        """The entries that it came from, the nearest first."""
        line: list[Entry] = []
        while entry.parent and (parent := self.entry(entry.parent)) and parent not in line:
            line.append(parent)
            entry = parent
        return line

    # keeping

    def add(self, made: Made, picture: bytes, thumbnail: bytes) -> Entry | None:
        """Keep a picture. One that the document's latest entry of the node shows already, made the same way, is not kept again.

        Args:
            picture: the whole picture as PNG.
            thumbnail: a small one.
        """
        workflow, looks = _name_of(made.workflow), _name_of(picture)
        latest = "SELECT workflow, digest FROM entries WHERE name = ? AND scope = ? AND node = ? ORDER BY id DESC LIMIT 1"
        if self._file.rows(latest, made.name, made.scope, made.node) == [(workflow, made.digest)]:
            return None
        if not (path := self._pictures / f"{looks}.png").exists():
            write_atomically(path, picture)
        fields = {name: getattr(made, name) for name in _NAMES if name in Made.__struct_fields__}
        fields |= {"workflow": workflow, "picture": looks, "width": made.pixels.width, "height": made.pixels.height}
        entry = Entry(id=0, when=time.time(), **fields)
        with self._writing():
            self._db.execute("INSERT OR IGNORE INTO workflows VALUES (?, ?)", (workflow, made.workflow))
            self._db.execute("INSERT OR IGNORE INTO pictures VALUES (?, ?, ?)", (looks, len(picture), thumbnail))
            marks = ", ".join("?" * (len(_NAMES) - 1))
            columns = _COLUMNS.partition(", ")[2]
            number = self._db.execute(f"INSERT INTO entries ({columns}) VALUES ({marks})", _row(entry)[1:]).lastrowid
            self._trim()
        return msgspec.structs.replace(entry, id=number or 0)

    def star(self, numbers: Iterable[int], on: bool) -> None:
        with self._writing():
            self._db.executemany("UPDATE entries SET starred = ? WHERE id = ?", [(on, number) for number in numbers])

    def tag(self, number: int, tags: Sequence[str]) -> None:
        """Give an entry these tags, and no others."""
        kept = tuple(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))
        with self._writing():
            self._db.execute("UPDATE entries SET tags = ? WHERE id = ?", (_text(kept), number))

    def forget(self, numbers: Iterable[int]) -> None:
        """Remove entries. Files that nodes wrote elsewhere stay."""
        with self._writing():
            self._db.executemany("DELETE FROM entries WHERE id = ?", [(number,) for number in numbers])
            self._sweep_out()

    def _trim(self) -> None:
        (held,) = self._db.execute("SELECT COALESCE(SUM(bytes), 0) FROM pictures").fetchone()
        while held > self.budget:
            row = self._db.execute(_OLDEST).fetchone()
            if row is None:
                return
            self._db.execute("DELETE FROM entries WHERE id = ?", row)
            self._sweep_out()
            (held,) = self._db.execute("SELECT COALESCE(SUM(bytes), 0) FROM pictures").fetchone()

    def _sweep_out(self) -> None:
        """Remove pictures and workflows that no entry names."""
        self._db.execute("DELETE FROM workflows WHERE digest NOT IN (SELECT workflow FROM entries)")
        for (digest,) in self._db.execute("SELECT digest FROM pictures WHERE digest NOT IN (SELECT picture FROM entries)").fetchall():
            self._db.execute("DELETE FROM pictures WHERE digest = ?", (digest,))
            (self._pictures / f"{digest}.png").unlink(missing_ok=True)


def opened_or_begun_anew(folder: Path, say: Callable[[str], None]) -> Album:
    """The album of a folder. One that cannot be read is put aside, which is said: a window must open."""
    try:
        return Album(folder)
    except Unreadable as trouble:
        say(f"{trouble}. It was put aside as {put_aside(folder / FILE).name}, and an empty history begun")
        return Album(folder)


def _name_of(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _text(data: Any) -> str:
    return msgspec.json.encode(data).decode()


def _row(entry: Entry) -> tuple[Any, ...]:
    held = msgspec.structs.asdict(entry)
    return tuple(_text(held[name]) if name in _DATA else held[name] for name in _NAMES)


def _entry(row: Sequence[Any]) -> Entry:
    held = dict(zip(_NAMES, row, strict=True))
    held |= {name: msgspec.json.decode(held[name]) for name in _DATA}
    return msgspec.convert({**held, "starred": bool(held["starred"])}, Entry)
