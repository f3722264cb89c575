"""``tessera sweep``: one workflow with many values, the shared part run once."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from app import places
from app.contents import contents
from app.engine_room import EngineRoom
from app.headless import Exit, exposed_kinds, opened, stopping, with_settings, with_texts
from app.queue.job import Job, as_data
from app.queue.jobs import Jobs
from app.queue_commands import AsJson, frozen
from app.sweep_record import SHEET, SweepRecord, recorded, source_of
from app.terminal import Progress, say, show
from graph_engine.errors import BadWorkflow
from graph_engine.sweep import Axis, Kinds, Sweep, csv_table, drawn, grid, json_table, swept, zipped
from graph_engine.workflow import Workflow, upgraded

File = Annotated[Path, typer.Argument(help="A workflow file, or a picture that carries one.", show_default=False)]
Words = list[str] | None


def sweep(
    context: typer.Context,
    file: File,
    grids: Annotated[Words, typer.Option("--grid", metavar="NAME=…", help="Cross these values: steps=10,20 or cfg=1:8:2.")] = None,
    zips: Annotated[Words, typer.Option("--zip", metavar="NAME=…", help="Vary these together; all --zip have one length.")] = None,
    table: Annotated[Path | None, typer.Option("--table", metavar="FILE", help="A cell a row, from CSV or JSON.")] = None,
    random: Annotated[int, typer.Option("--random", min=0, max=10_000, help="So many cells, drawn at random.", show_default=False)] = 0,
    draw: Annotated[Words, typer.Option("--draw", metavar="NAME[=…]", help="What is drawn: cfg, cfg=1:8 or solver=euler,heun.")] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the draw.")] = 0,
    settings: Annotated[Words, typer.Option("--set", metavar="NAME=VALUE", help="Set an exposed value for all cells.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=0, help="Refuse a sweep of more cells.", show_default=False)] = 0,
    target: Annotated[Words, typer.Option("--target", metavar="NODE", help="Run only what this node needs.")] = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the cells go; the same again goes on.")] = Path("sweep"),
    queued: Annotated[bool, typer.Option("--queue", help="Put the sweep on the queue instead of running it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run a workflow with many values of what it exposes: the shared part once, a failed cell stops no other."""
    room = EngineRoom(context.obj)
    asked = upgraded(opened(file), room.catalogue)
    kinds = exposed_kinds(asked, room.catalogue)
    axes = [grid(text, kinds) for text in grids or ()]
    axes += [zipped([grid(text, kinds, "--zip") for text in zips])] if zips else []
    axes += [_table(table, kinds)] if table else []
    axes += [drawn(random, seed, draw or (), kinds)] if random else []
    if draw and not random:
        raise BadWorkflow("--draw: must come with --random, which says how many")
    made = swept(axes)
    if limit and made.size > limit:
        raise BadWorkflow(f"--limit: must be at least the sweep's {made.size} cells, got {limit}")
    asked = with_texts(asked, room.catalogue, settings or [])
    workflow = with_settings(asked, room.catalogue, [], None)
    targets = tuple(target) if target else None
    folder = out.absolute()
    if queued:
        job = frozen(workflow, {}, targets, folder, source_of(asked), f"{workflow.name or file.stem}, {made.size} cells")
        _add(msgspec.structs.replace(job, sweep=msgspec.json.encode(made)), as_json)
        return
    raise typer.Exit(_run(room, workflow, made, folder, source_of(asked), targets, as_json))


def _table(path: Path, kinds: Kinds) -> Axis:
    data = contents(path)
    if path.suffix.lower() == ".json":
        return json_table(data, str(path), kinds)
    try:
        return csv_table(data.decode("utf-8-sig"), str(path), kinds)
    except UnicodeDecodeError as error:
        raise BadWorkflow(f"{path}: must be UTF-8 text, got {error.reason} at byte {error.start}") from None


def _add(job: Job, as_json: bool) -> None:
    added = Jobs(places.data_folder()).add(job)
    show(f"job {added.id}: {added.name}")
    if as_json:
        print(json.dumps(as_data(added)))


def _run(
    room: EngineRoom, workflow: Workflow, made: Sweep, folder: Path, source: str, targets: tuple[str, ...] | None, as_json: bool
) -> Exit:
    from app.sweeping import run_sweep  # draws pictures: not needed to put a sweep on the queue

    stop = threading.Event()

    def stuck() -> None:
        say("stopped: a node did not look up and was ended")
        if as_json and (left := recorded(folder)):
            _print(left, folder, "stopped")

    with Progress(workflow) as tell, stopping(stop, say, stuck):
        record = run_sweep(room, workflow, made, folder, source=source, emit=tell, stop=stop, targets=targets)
    for cell in record.cells:
        for failure in cell.failures:
            say(f"{cell.name}: {failure.message}", "red")
        for problem in cell.problems:
            say(f"{cell.name}: {problem.message}", "red")
    show(str(folder / SHEET))
    state = "stopped" if stop.is_set() else "failed" if any(cell.state == "failed" for cell in record.cells) else "done"
    if as_json:
        _print(record, folder, state)
    return exit_code(record, state)


def exit_code(record: SweepRecord, state: str) -> Exit:
    """What the end of a sweep means to a shell: the gravest of its cells'."""
    if state == "stopped":
        return Exit.CANCELED
    kinds = {failure.kind for cell in record.cells for failure in cell.failures}
    if kinds:
        gravest = {"missing_model": Exit.MISSING_MODEL, "out_of_memory": Exit.OUT_OF_MEMORY}
        return next((code for kind, code in gravest.items() if kind in kinds), Exit.FAILED_NODE)
    return Exit.BAD_FILE if any(cell.problems for cell in record.cells) else Exit.DONE


def _print(record: SweepRecord, folder: Path, state: str) -> None:
    said = {"state": state, "folder": str(folder), **msgspec.to_builtins(record)}
    print(json.dumps(said))
