"""Pictures that a ComfyUI file names: there the name is enough, since they lie in the program's own folder *input*."""

from __future__ import annotations

import re
from pathlib import Path

from msgspec.structs import replace

from app.comfyui.source import Nodes

PICTURE_WIDGETS = {"LoadImage": "image", "LoadImageMask": "image"}
FOLDER = re.compile(r"\s*\[(input|output|temp)\]$")


def with_paths(nodes: Nodes, folder: Path) -> Nodes:
    """The nodes, with a path where a picture lies beside the file, or in *input* in one of the folders above it."""
    known = dict(nodes)
    for node in nodes.values():
        widget = PICTURE_WIDGETS.get(node.type, "")
        if isinstance(name := node.values.get(widget), str) and (path := _near(FOLDER.sub("", name), folder)):
            known[node.id] = replace(node, values={**node.values, widget: str(path)})
    return known


def _near(name: str, folder: Path) -> Path | None:
    places = (folder, *(above / "input" for above in (folder, *folder.parents)))
    return next((path for place in places if name and (path := place / name).is_file()), None)
