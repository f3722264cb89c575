"""Make the pictures of the examples with the workflows themselves: ``python -m app.example_pictures [NAME …]``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from PIL import Image

from app.engine_room import EngineRoom
from app.examples import FOLDER, PICTURES
from app.steps import Steps
from graph_engine.events import AnyEvent, StepFinished
from graph_engine.values import Pixels
from graph_engine.workflow import Workflow, read

LARGEST = 384


def picture_of(room: EngineRoom, workflow: Workflow) -> Pixels | None:
    """What the step that finished last and has a look shows."""
    steps, shown = Steps(), []

    def take(event: AnyEvent) -> None:
        steps.take(event)
        if isinstance(event, StepFinished) and (looks := steps[event.node].looks):
            shown.append(looks)

    with tempfile.TemporaryDirectory() as folder:
        room.run(workflow, take, output_folder=Path(folder))
    return shown[-1] if shown else None


def main(names: list[str]) -> int:
    room = EngineRoom()
    (FOLDER / PICTURES).mkdir(exist_ok=True)
    failed = 0
    for path in sorted(FOLDER.glob("*.json")):
        if names and path.stem not in names:
            continue
        pixels = picture_of(room, read(path.read_bytes(), path.name))
        if pixels is None:
            print(f"{path.name}: made no picture")
            failed = 1
            continue
        picture = Image.frombytes("RGBA", (pixels.width, pixels.height), pixels.rgba)
        picture.thumbnail((LARGEST, LARGEST), Image.Resampling.LANCZOS)
        target = FOLDER / PICTURES / f"{path.stem}.png"
        picture.save(target, optimize=True)
        print(target)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
