"""Where model files lie, and how a name in a workflow finds one."""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence
from pathlib import Path

import platformdirs

from graph_engine.errors import MissingModel
from nodes.models.files import ModelFile, sha256, stamp

SUFFIX = ".safetensors"
ASSETS = Path(__file__).parents[2] / "assets"
HOW_TO = "Put the file into a model folder, or name it by its full path."


def model_folders() -> tuple[Path, ...]:
    """Folders of ``TESSERA_MODELS`` (split as ``PATH`` is), the user's own, the ones that ship."""
    named = [Path(folder) for folder in os.environ.get("TESSERA_MODELS", "").split(os.pathsep) if folder]
    return (*named, own_folder(), ASSETS)


def own_folder() -> Path:
    """The user's own model folder."""
    return platformdirs.user_data_path("tessera", appauthor=False) / "models"


def find_model(name: str, folders: Sequence[Path] | None = None) -> Path:
    """The file that a name stands for: a full path, or a path below a model folder with or without ``.safetensors``.

    Several names with ``|`` between them stand for the first that is there.

    Raises:
        MissingModel: there is none; the message has the nearest names.
    """
    if not name:
        raise MissingModel("file: must name a model, is empty", "Choose a model file.")
    folders = model_folders() if folders is None else folders
    for one in alternatives(name):
        if ".." in Path(one).parts:
            raise MissingModel(f"{one}: must lie below a model folder, climbs out of it", HOW_TO)
        for found in (folder / below for folder in folders for below in (one, f"{one}{SUFFIX}")):
            if os.path.isfile(found):
                return found
    raise MissingModel(f"{name}: no such model{_nearest(name, folders)}", HOW_TO)


def alternatives(name: str) -> list[str]:
    """The names among which the first that is there is taken: ``mine/one | starter/flow_base``."""
    return [one.strip() for one in name.split("|") if one.strip()] or [name]


def existing_file(text: str) -> Path | None:
    """The file that a parameter of kind file names: a path, or a model by its name; None where there is none."""
    # `os.path` answers where `Path` raises: a name too long for the system, a home that nobody has.
    path = Path(os.path.expanduser(text))
    if not text or os.path.isfile(path):
        return path if text else None
    try:
        return find_model(text)
    except MissingModel:
        return None


def model_names(folders: Sequence[Path] | None = None) -> list[str]:
    """The models below the folders, as a workflow names them: ``starter/flow_base``."""
    folders = model_folders() if folders is None else folders
    found = {file.relative_to(folder) for folder in folders for file in folder.rglob(f"*{SUFFIX}")}
    return sorted(file.with_suffix("").as_posix() for file in found)


def find_again(file: ModelFile, folders: Sequence[Path] | None = None) -> Path:
    """Where a model is now: its own path, or any file beside it or below the model folders with the same content.

    Raises:
        MissingModel: nowhere.
    """
    folders = model_folders() if folders is None else folders
    below = (path for folder in (file.path.parent, *folders) for path in folder.rglob(f"*{SUFFIX}"))
    for path in (file.path, *below):
        if path.is_file() and (stamp(path) == file.stamp or (stamp(path)[0] == file.stamp[0] and sha256(path) == file.digest)):
            return path
    raise MissingModel(
        f"{file.name}: the file with SHA-256 {file.digest[:12]}… is gone or was replaced",
        "Put it back, or load the model anew.",
    )


def _nearest(name: str, folders: Sequence[Path]) -> str:
    names = model_names(folders)
    by_last = {known.rsplit("/", 1)[-1]: known for known in names}
    wanted = name.removesuffix(SUFFIX).replace("\\", "/")
    close = difflib.get_close_matches(wanted, names, 3, 0.75)
    close += [by_last[last] for last in difflib.get_close_matches(wanted.rsplit("/", 1)[-1], by_last, 3, 0.6)]
    listed = list(dict.fromkeys(close))[:3]
    return f"; nearest: {', '.join(listed)}" if listed else f"; looked in {', '.join(str(folder) for folder in folders)}"
