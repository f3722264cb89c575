"""Where files lie on this machine whose names went into pictures without their folders: found again by the digest that went along."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from graph_engine.atomic import replace_file
from graph_engine.graph import Graph
from graph_engine.sharing import digests_in, without_digests
from graph_engine.workflow import Workflow, with_graphs

KEPT = 2000
TABLE = "files.json"


class Place(msgspec.Struct, frozen=True):
    """A file as it was when its digest was taken."""

    path: str
    size: int
    changed: int


def remember(digests: Mapping[str, str], folder: Path) -> None:
    """Write down where files lie that are named by a path. What cannot be written down is only not found again."""
    known = _known(folder)
    new = {digest: place for name, digest in digests.items() if (place := _place(os.path.abspath(os.path.expanduser(name))))}
    if any(known.get(digest) != place for digest, place in new.items()):
        kept = dict(list({**{key: place for key, place in known.items() if key not in new}, **new}.items())[-KEPT:])
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            replace_file(str(folder / TABLE), [msgspec.json.encode(kept)])


def with_files_found(workflow: Workflow, folder: Path) -> Workflow:
    """A workflow that came in a picture, with the full paths of those of its files that this machine has, as they were."""
    digests = digests_in(workflow)
    known = _known(folder) if digests else {}
    paths = {name: place.path for name, digest in digests.items() if (place := known.get(digest)) and _place(place.path) == place}

    def found(graph: Graph) -> Graph:
        nodes = {key: {name: _path_of(value, paths) for name, value in node.parameters.items()} for key, node in graph.nodes.items()}
        changed = {key: parameters for key, parameters in nodes.items() if parameters != graph.nodes[key].parameters}
        return graph.with_nodes({key: replace(graph.nodes[key], parameters=parameters) for key, parameters in changed.items()})

    return without_digests(with_graphs(workflow, found) if paths else workflow)


def _path_of(value: Any, paths: Mapping[str, str]) -> Any:
    return paths.get(value, value) if isinstance(value, str) and not os.path.exists(value) else value


def _place(path: str) -> Place | None:
    try:
        facts = os.stat(path)
    except (OSError, ValueError):
        return None
    return Place(path, facts.st_size, facts.st_mtime_ns)


def _known(folder: Path) -> dict[str, Place]:
    try:
        return msgspec.json.decode((folder / TABLE).read_bytes(), type=dict[str, Place])
    except (OSError, msgspec.DecodeError, msgspec.ValidationError):
        return {}
