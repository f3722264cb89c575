"""ComfyUI workflows in files: JSON, and pictures that carry it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.comfyui.reading import parsed
from app.contents import contents
from app.picture_texts import is_picture, texts_in
from graph_engine.declaration import NodeType
from graph_engine.errors import BadWorkflow
from graph_engine.workflow import Workflow, save

if TYPE_CHECKING:
    from app.comfyui.importing import Imported

KEYWORDS = ("workflow", "prompt")
"""Under which pictures of ComfyUI carry the UI form and the API form."""
MARKS = (b'"class_type"', b'"widgets_values"', b'"last_link_id"')
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
    from app.comfyui.importing import imported  # the mapping of all classes: a window that imports nothing opens without it

    raw, prompt = _parts(contents(path), str(path))
    return imported(raw, str(path), types, prompt=prompt, name=path.stem, starter=starter, has_file=has_file, folder=path.absolute().parent)


def is_comfyui(data: bytes, where: str) -> bool:
    """Whether a file's bytes look like a workflow of ComfyUI, or a picture that carries one and none of this program.

    Raises:
        BadWorkflow: a picture carries one that is damaged or too long.
    """
    if is_picture(data):
        return b"tessera.workflow" not in data and bool(texts_in(data, KEYWORDS, where))
    return b'"tessera-workflow"' not in data and any(mark in data for mark in MARKS)


def _parts(data: bytes, where: str) -> tuple[Any, Any]:
    """The parsed workflow, and the API form where a picture carries it beside."""
    if not is_picture(data):
        return parsed(data, where), None
    texts = texts_in(data, KEYWORDS, where)
    parts = {name: parsed(text, f"{where}, {name}") for name, text in texts.items() if text.strip()}
    if not parts:
        raise BadWorkflow(f"{where}: must carry a ComfyUI workflow, got a picture without one")
    return parts.get("workflow", parts.get("prompt")), parts.get("prompt")


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
