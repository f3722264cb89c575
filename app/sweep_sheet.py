"""The contact sheet of a sweep: what varies last in columns, the rest in rows; what varies together in one run of captions."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from app.carried import KEYWORD
from app.sweep_record import SHEET, THUMBNAILS, CellRecord, SweepRecord
from graph_engine.atomic import write_atomically
from graph_engine.sharing import shared
from graph_engine.sweep import Axis, Cell
from graph_engine.values import Pixels
from graph_engine.workflow import Workflow, write
from nodes.imaging.contact_sheet import Label, Shown, contact_sheet
from nodes.imaging.encoding import chunks

THUMBNAIL = 480
LARGEST_WORKFLOW = 4 << 20
MOST = 400
"""Cells on a sheet. A larger sweep shows its first ones: a picture of all would be too large to open."""


def keep_thumbnail(folder: Path, cell: str, pixels: Pixels) -> None:
    """A cell's picture, small, so that the sheet can be drawn again without running anything."""
    picture = Image.frombytes("RGBA", (pixels.width, pixels.height), pixels.rgba)
    if picture.getextrema()[3] == (255, 255):
        picture = picture.convert("RGB")
    if max(picture.size) > THUMBNAIL:
        mode = picture.mode
        picture = picture.convert("RGBa") if mode == "RGBA" else picture
        picture.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.LANCZOS)
        picture = picture.convert(mode)
    (folder / THUMBNAILS).mkdir(exist_ok=True)
    write_atomically(folder / THUMBNAILS / f"{cell}.png", _png(picture))


def write_sheet(folder: Path, record: SweepRecord, cells: Sequence[Cell], workflow: Workflow) -> None:
    """Draw the sheet from the thumbnails and the record. Like the pictures, it carries the workflow, without paths of this machine."""
    records = {cell.name: cell for cell in record.cells}
    shown = [_shown(folder, records[cell.name]) for cell in cells[:MOST]]
    drawn = _crossed if len(record.axes) > 1 else _in_turn
    write_atomically(folder / SHEET, _png(drawn(record, cells[: len(shown)], shown), _texts(workflow)))


def _texts(workflow: Workflow) -> dict[str, str]:
    """What the sheet carries: nothing where a node keeps the workflow out of its pictures."""
    data = write(workflow)
    if len(data) > LARGEST_WORKFLOW or any(node.parameters.get("embed") is False for node in workflow.graph.nodes.values()):
        return {}
    return {KEYWORD: shared(data, str(Path.home())).decode()}


def _shown(folder: Path, record: CellRecord) -> Shown:
    try:
        if record.state == "done":
            with Image.open(folder / THUMBNAILS / f"{record.name}.png") as picture:
                picture.load()
            return Shown(picture)
    except OSError:
        return Shown(None, "no picture")
    return Shown(None, record.message)


def _crossed(record: SweepRecord, cells: Sequence[Cell], shown: Sequence[Shown]) -> Image.Image:
    across = record.axes[-1]
    width = len(across.rows)
    lines = [shown[at : at + width] for at in range(0, len(shown), width)]
    columns = [Label(_pairs(dict(zip(across.names, row, strict=True)))) for row in across.rows[: len(lines[0])]]
    beside = [Label(_pairs(_without(cells[at * width].values, across))) for at in range(len(lines))]
    return contact_sheet(record.name, _subtitle(record, cells), lines, columns, beside)


def _in_turn(record: SweepRecord, cells: Sequence[Cell], shown: Sequence[Shown]) -> Image.Image:
    """One axis: in reading order, each with its caption."""
    width = min(len(shown), max(2, math.ceil(math.sqrt(len(shown) * 1.5))))
    starts = range(0, len(shown), width)
    captions = [[Label(_pairs(cell.values)) for cell in cells[at : at + width]] for at in starts]
    return contact_sheet(record.name, _subtitle(record, cells), [shown[at : at + width] for at in starts], captions=captions)


def _subtitle(record: SweepRecord, cells: Sequence[Cell]) -> str:
    count = len(record.cells)
    varied = ", ".join(f"{len(axis.rows)} × {' with '.join(axis.names)}" for axis in record.axes)
    failed = sum(cell.state == "failed" for cell in record.cells)
    parts = [f"{count} cells" if count != 1 else "1 cell", varied, f"{failed} failed" if failed else ""]
    return "   ·   ".join(part for part in [*parts, f"the first {len(cells)} shown" if len(cells) < count else ""] if part)


def _without(values: Mapping[str, Any], axis: Axis) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in axis.names}


def _pairs(values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((name.replace("_", " "), f"{value:g}" if isinstance(value, float) else _plain(value)) for name, value in values.items())


def _plain(value: Any) -> str:
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)


def _png(picture: Image.Image, texts: Mapping[str, str] | None = None) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG", pnginfo=chunks(texts or {}))
    return file.getvalue()
