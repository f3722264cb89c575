"""Running a sweep: cell after cell through the same cache, so that what cells share is made once; a failed cell stops no other.

Who works on the cells is an executor: anything that takes cells and gives back their records as they come. The one here runs them in this
process; one that hands them to other machines would give the same records, as keys and digests do not know where they are made.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from app.engine_room import EngineRoom
from app.queue.job import FAILED, STOPPED, Record, Recording
from app.sweep_record import FROZEN, SHEET, CellRecord, SweepRecord, finished_cells, frozen_before, keep, recorded
from app.sweep_sheet import keep_thumbnail, write_sheet
from graph_engine.atomic import write_atomically
from graph_engine.events import AnyEvent, RunFinished, RunStarted, StepFailed, StepFinished, StepProgress, StepStarted
from graph_engine.execute import Outcome
from graph_engine.flatten import flattened
from graph_engine.parameters import seeds
from graph_engine.sweep import Cell, Sweep, cells
from graph_engine.values import Pixels
from graph_engine.workflow import Workflow, with_values, write

Emit = Callable[[AnyEvent], None]


class Executor(Protocol):
    """Runs cells, in any order and anywhere, and gives their records as they come; it ends early when it was asked to stop."""

    def __call__(self, todo: Sequence[Cell]) -> Iterator[CellRecord]: ...


def run_sweep(
    room: EngineRoom,
    workflow: Workflow,
    sweep: Sweep,
    folder: Path,
    *,
    source: str,
    emit: Emit = lambda event: None,
    stop: threading.Event | None = None,
    targets: tuple[str, ...] | None = None,
    run_id: str = "sweep",
    executor: Executor | None = None,
) -> SweepRecord:
    """Run the cells that are not done yet, write down each as it ends, and draw the contact sheet.

    Args:
        room: where they run.
        workflow: its seeds are drawn; each cell sets exposed values of it. A sweep that goes on keeps the seeds that it had.
        sweep: what varies.
        folder: gets a folder for each cell, the record and the sheet.
        source: from `source_of`, of the workflow before its seeds were drawn.
        emit: gets the sweep as a run whose steps are the cells.
        stop: set from anywhere to end within the cell that runs.
        targets: nodes whose results are wanted.
        run_id: in every event.
        executor: who runs the cells; by default this process.

    Raises:
        BadWorkflow: the folder holds the sweep of another workflow.
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    workflow = frozen_before(folder, source) or workflow
    write_atomically(folder / FROZEN, write(workflow))
    every = tuple(cells(sweep))
    known = finished_cells(folder, recorded(folder))
    records = {cell.name: known.get(cell.name, CellRecord(cell.name, cell.values)) for cell in every}
    todo = [cell for cell in every if cell.name not in known]
    began = time.monotonic()
    stop = stop or threading.Event()
    local = executor or LocalExecutor(room, workflow, folder, emit, stop, targets, run_id)
    emit(RunStarted(run_id, tuple(cell.name for cell in todo), tuple(cell.name for cell in every if cell.name in known)))

    def standing() -> SweepRecord:
        return SweepRecord(name=workflow.name, source=source, axes=sweep.axes, cells=tuple(records.values()), contact_sheet=SHEET)

    keep(folder, standing())
    for record in local(todo):
        records[record.name] = record
        keep(folder, standing())
        _tell(record, folder, emit, run_id)
    write_sheet(folder, standing(), every, workflow)
    emit(RunFinished(run_id, _state(records.values(), stop), time.monotonic() - began, tuple(cell.name for cell in todo)))
    return standing()


def _state(records: Iterable[CellRecord], stop: threading.Event) -> str:
    states = {record.state for record in records}
    if stop.is_set() and states & {STOPPED, ""}:
        return "stopped"
    return "failed" if FAILED in states else "done"


def _tell(record: CellRecord, folder: Path, emit: Emit, run_id: str) -> None:
    """A cell's end as that of a step."""
    if record.state == FAILED:
        first = next(iter(record.failures), None)
        kind, remedy = (first.kind, first.remedy) if first else ("failed", "")
        emit(StepFailed(run_id, record.name, kind, record.message, remedy))
    elif record.state != STOPPED:
        files = tuple(str(folder / file) for file in record.files)
        emit(StepFinished(run_id, record.name, "ran" if record.ran else "disk", record.seconds, (), files, record.notes))


class LocalExecutor:
    """Cells one after the other in this process, all through one cache."""

    def __init__(
        self,
        room: EngineRoom,
        workflow: Workflow,
        folder: Path,
        emit: Emit,
        stop: threading.Event,
        targets: tuple[str, ...] | None,
        run: str,
    ) -> None:
        self._room, self._workflow, self._folder = room, workflow, folder
        self._emit, self._stop, self._targets, self._run = emit, stop, targets, run

    def __call__(self, todo: Sequence[Cell]) -> Iterator[CellRecord]:
        for cell in todo:
            if self._stop.is_set():
                return
            self._emit(StepStarted(self._run, cell.name))
            yield self._record(cell)

    def _record(self, cell: Cell) -> CellRecord:
        workflow = with_values(self._workflow, cell.values)
        watch = _Watch(cell.name, self._emit, self._run)
        outcome = self._room.run(
            workflow, watch.take, targets=self._targets, stop=self._stop, output_folder=self._folder / cell.name, run_id=self._run,
            scope=f"{self._folder}/{cell.name}",
        )  # fmt: skip
        if watch.picture:
            keep_thumbnail(self._folder, cell.name, watch.picture)
        drawn = seeds(flattened(workflow, self._room.catalogue).graph, self._room.catalogue)
        return _record_of(cell, outcome, watch.recording.record(), drawn, self._folder)


class _Watch:
    """Follows the run of a cell: what comes out, how far it is, and the last picture."""

    def __init__(self, cell: str, emit: Emit, run: str) -> None:
        self._cell, self._emit, self._run = cell, emit, run
        self.recording = Recording(Record())
        self.picture: Pixels | None = None
        self._steps = self._done = 0

    def take(self, event: AnyEvent) -> None:
        self.recording.take(event)
        if isinstance(event, RunStarted):
            self._steps = len(event.steps) + len(event.cached)
        elif isinstance(event, StepFinished):
            self._done += 1
            self.picture = next((found for result in event.results if (found := _looks(result))), self.picture)
            self._emit(StepProgress(self._run, self._cell, self._done, self._steps))


def _looks(result: object) -> Pixels | None:
    """What a result shows; of a list its first item."""
    items = getattr(result, "items", ())
    found: Pixels | None = getattr(items[0] if items else result, "pixels", None)
    return found


def _record_of(cell: Cell, outcome: Outcome, came: Record, drawn: dict[str, int], folder: Path) -> CellRecord:
    state = FAILED if outcome.state == "refused" else outcome.state
    files = tuple(str(Path(file).relative_to(folder)) if Path(file).is_relative_to(folder) else file for file in outcome.files)
    made = CellRecord(cell.name, cell.values, state, round(outcome.seconds, 3), drawn, files, came.results, outcome.ran)
    problems = tuple(problem for problem in outcome.problems if problem.severity == "error")
    return msgspec.structs.replace(made, failures=outcome.failures, problems=problems, notes=outcome.notes)
