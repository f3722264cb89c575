"""What came of a sweep, in its folder: ``workflow.json`` as frozen, ``sweep.json`` with a record for each cell."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from app.queue.job import DONE, Made
from graph_engine.atomic import write_atomically
from graph_engine.check import Problem
from graph_engine.errors import BadWorkflow
from graph_engine.events import StepFailed
from graph_engine.sweep import Axis
from graph_engine.workflow import Workflow, read, write

RECORD, FROZEN, SHEET, THUMBNAILS = "sweep.json", "workflow.json", "contact_sheet.png", "thumbnails"
FORMAT, VERSION = "tessera-sweep", 1


class CellRecord(msgspec.Struct, frozen=True):
    """``state`` is "done", "failed" or "stopped"; files lie below the sweep's folder and are named from there."""

    name: str
    values: Mapping[str, Any]
    state: str = ""
    seconds: float = 0.0
    seeds: Mapping[str, int] = {}
    files: tuple[str, ...] = ()
    results: Mapping[str, Mapping[str, Made]] = {}
    ran: tuple[str, ...] = ()
    failures: tuple[StepFailed, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        """Why the cell has no picture, in a sentence."""
        said = [failure.message for failure in self.failures] + [problem.message for problem in self.problems]
        return said[0] if said else self.state or "not run yet"


class SweepRecord(msgspec.Struct, frozen=True):
    """``source`` is the digest of the workflow before its seeds were drawn: the same sweep again goes on with the same seeds."""

    format: str = FORMAT
    version: int = VERSION
    name: str = ""
    source: str = ""
    axes: tuple[Axis, ...] = ()
    cells: tuple[CellRecord, ...] = ()
    contact_sheet: str = ""


def source_of(workflow: Workflow) -> str:
    return hashlib.blake2b(write(workflow), digest_size=16).hexdigest()


def recorded(folder: Path) -> SweepRecord | None:
    """What an earlier sweep left in a folder.

    Raises:
        BadWorkflow: there is a ``sweep.json`` of something else.
    """
    path = folder / RECORD
    try:
        found = msgspec.json.decode(path.read_bytes(), type=SweepRecord)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise BadWorkflow(f"{path}: must be the record of a sweep, got {error}; choose another folder") from None
    if (found.format, found.version) != (FORMAT, VERSION):
        raise BadWorkflow(f"{path}: must be {FORMAT} of version {VERSION}, got {found.format} of {found.version}; choose another folder")
    return found


def frozen_before(folder: Path, source: str) -> Workflow | None:
    """The workflow that an earlier sweep of the same source froze, with its seeds.

    Raises:
        BadWorkflow: the folder holds a sweep of another workflow.
    """
    before = recorded(folder)
    if before is None:
        return None
    if before.source != source:
        raise BadWorkflow(f"{folder / RECORD}: is of another workflow or other settings; choose another folder")
    return read((folder / FROZEN).read_bytes(), str(folder / FROZEN))


def finished_cells(folder: Path, record: SweepRecord | None) -> dict[str, CellRecord]:
    """The cells that need not run again: done, and their files still there."""
    cells = record.cells if record else ()
    return {cell.name: cell for cell in cells if cell.state == DONE and all((folder / file).is_file() for file in cell.files)}


def keep(folder: Path, record: SweepRecord) -> None:
    """Write the record, wholly or not at all."""
    write_atomically(folder / RECORD, msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n")
