"""The workflows that ship, for who begins: each with its words and the picture that it makes."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from graph_engine.errors import BadWorkflow
from graph_engine.workflow import read

FOLDER = Path(__file__).resolve().parents[1] / "workflows"
FIRST = "first_picture"
ORDER = (
    FIRST, "sticker", "layered_scene", "sketch_to_scene", "live_painting", "layout_to_scene", "inpaint", "outpaint", "variations",
    "compare_guidance", "several_prompts", "larger", "token_by_token", "scale_by_scale", "all_tokens_at_once", "token_editing",
    "compare_families",
)  # fmt: skip
"""What is shown before all others, by use; the others follow by name."""
PICTURES = "pictures"


class Example(NamedTuple):
    path: Path
    name: str
    description: str
    picture: Path


def examples(folder: Path = FOLDER) -> list[Example]:
    """The examples that have a picture, in their order. What cannot be read is left out."""
    found = []
    places = {stem: place for place, stem in enumerate(ORDER)}
    for path in sorted(folder.glob("*.json"), key=lambda path: (places.get(path.stem, len(ORDER)), path.stem)):
        picture = folder / PICTURES / f"{path.stem}.png"
        if not picture.exists():
            continue
        try:
            workflow = read(path.read_bytes(), path.name)
        except (BadWorkflow, OSError):
            continue
        found.append(Example(path, workflow.name or path.stem, workflow.description, picture))
    return found
