"""Where a script goes."""

from __future__ import annotations

import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from graph_engine.atomic import write_atomically
from graph_engine.errors import BadWorkflow


def saved_script(text: str, source: Path, out: Path | None) -> Path:
    """Write a script, by default under the name of its workflow here; the path.

    Raises:
        BadWorkflow: the file cannot be written, or one is there that nobody named.
    """
    stem = source.name.partition(".")[0] or "workflow"
    path = out or Path(f"{stem}_script.py" if is_module(stem) else f"{stem}.py")
    if path.suffix == ".py" and is_module(path.stem):
        raise BadWorkflow(f"{path}: must not be called {path.stem}: Python would take the script for the module of that name")
    if out is None and path.exists():
        raise BadWorkflow(f"{path}: is there already; name a file with --out")
    if path.exists() and source.exists() and path.samefile(source):
        raise BadWorkflow(f"{path}: must be another file than the workflow")
    try:
        write_atomically(path, text.encode())
    except OSError as error:
        raise BadWorkflow(f"{path}: cannot be written: {error.strerror}") from None
    return path


def is_module(name: str) -> bool:
    """Whether something that a script may import has a name: the script would stand in its way."""
    return name in sys.stdlib_module_names or name in packages_distributions() or name in ("app", "nodes", "graph_engine")
