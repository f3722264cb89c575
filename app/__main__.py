"""``tessera``: without a command the window, with one the command line."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from app.guard import guarded

GUARDED = ("run", "sweep")
"""Commands in whose process nodes run."""


def main() -> int:
    words = sys.argv[1:]
    if not words or (len(words) == 1 and Path(words[0]).is_file()):
        return _window(words)
    if words[0] in GUARDED:
        return guarded(lambda: _command(words), lambda: _say_ended(words))
    return _command(words)


def _command(words: list[str]) -> int:
    from app.cli import run_command  # in the child of a guarded command: a fork comes before any thread

    return run_command(words)


def _say_ended(words: list[str]) -> None:
    print("stopped: a node did not look up and was ended; finished nodes are kept", file=sys.stderr)
    if "--json" in words:
        print(json.dumps({"state": "stopped"}))


def _window(files: list[str]) -> int:
    try:
        from app.window import main as open_window
    except ImportError as error:
        if (error.name or "").split(".")[0] not in ("PySide6", "psygnal", "rapidfuzz", "shiboken6"):
            raise
        print(f"The window needs {error.name}: install it with `pip install 'tessera[window]'`.", file=sys.stderr)
        return 2
    return open_window([sys.argv[0], *files])


if __name__ == "__main__":
    sys.exit(main())
