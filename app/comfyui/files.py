"""ComfyUI workflows in files: JSON, and pictures that carry it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path

from app.comfyui.importing import Imported, imported
from app.comfyui.reading import parsed
from app.headless import contents
from graph_engine.declaration import NodeType
from graph_engine.errors import BadWorkflow
from graph_engine.workflow import Workflow, save

SUFFIX = ".tessera.json"


class ModelChoice(StrEnum):
    NAMED = "named"
    STARTER = "starter"


def imported_file(
    path: Path, types: Mapping[str, NodeType], *, starter: bool = False, has_file: Callable[[str], bool] | None = None
) -> Imported:
    """The workflow in a file of ComfyUI, as in `imported`.

    Raises:
        BadWorkflow: the file cannot be read, or is no workflow of ComfyUI.
    """
    raw = parsed(contents(path), str(path))
    return imported(raw, str(path), types, name=path.stem, starter=starter, has_file=has_file)


def saved_import(workflow: Workflow, source: Path, out: Path | None) -> Path:
    """Save an imported workflow, by default under its own name here; the path.

    Raises:
        BadWorkflow: the file cannot be written, or one is there that nobody named.
    """
    path = out or Path(f"{source.stem}{SUFFIX}")
    if out is None and path.exists():
        raise BadWorkflow(f"{path}: is there already; name a file with --out")
    if path.exists() and path.samefile(source):
        raise BadWorkflow(f"{path}: must be another file than the one that is imported")
    try:
        save(workflow, path)
    except OSError as error:
        raise BadWorkflow(f"{path}: cannot be written: {error.strerror}") from None
    return path
