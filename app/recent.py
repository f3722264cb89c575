"""The files that were opened or saved last, for all windows of this user."""

from __future__ import annotations

import json
from pathlib import Path

from graph_engine.atomic import write_atomically

FILE = "recent.json"
KEPT = 10


class Recent:
    """``folder`` is where the list is kept; without it there is none."""

    def __init__(self, folder: Path | None) -> None:
        self._file = folder / FILE if folder else None

    def files(self) -> list[Path]:
        """The files that are still there, the latest first."""
        return [path for path in self._listed() if path.is_file()]

    def add(self, path: Path) -> None:
        """Put a file before all. A list that cannot be written is let be: it is a convenience."""
        if self._file is None:
            return
        path = path.absolute()
        kept = [path, *(other for other in self._listed() if other != path)][:KEPT]
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._file, json.dumps([str(other) for other in kept]).encode())
        except OSError:
            return

    def _listed(self) -> list[Path]:
        try:
            names = json.loads(self._file.read_text("utf-8")) if self._file else []
        except (OSError, ValueError):
            return []
        return [Path(name) for name in names if isinstance(name, str)] if isinstance(names, list) else []
