"""``tessera``: without a command the window, with one the command line."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> int:
    words = sys.argv[1:]
    if not words or (len(words) == 1 and Path(words[0]).is_file()):
        return _window(words)
    from app.cli import run_command

    return run_command(words)


def _window(files: list[str]) -> int:
    try:
        from app.window import main as open_window
    except ImportError as error:
        if (error.name or "").split(".")[0] not in ("PySide6", "psygnal", "superqt", "rapidfuzz", "shiboken6"):
            raise
        print(f"The window needs {error.name}: install it with `pip install 'tessera[window]'`.", file=sys.stderr)
        return 2
    return open_window([sys.argv[0], *files])


if __name__ == "__main__":
    sys.exit(main())
