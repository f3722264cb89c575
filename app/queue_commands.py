"""``tessera queue``: add jobs, run them, look at them, put them in order."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from app import places
from app.engine_room import EngineRoom
from app.headless import Exit, opened, with_settings
from app.queue.job import DONE, FAILED, FINISHED, RUNNING, WAITING, Job, Record, as_data
from app.queue.jobs import Jobs
from app.queue.serving import interrupting, serve
from app.terminal import Progress, say, say_failure, say_problems, show, show_table
from graph_engine.events import AnyEvent
from graph_engine.flatten import flattened
from graph_engine.parameters import seeds
from graph_engine.workflow import Workflow, read, upgraded, write

queue = typer.Typer(no_args_is_help=False, help="Jobs that outlive every process.")

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, and words on standard error.")]
Numbers = Annotated[list[int], typer.Argument(metavar="JOB…", help="Numbers of jobs, as `tessera queue` lists them.", show_default=False)]


@queue.callback(invoke_without_command=True)
def list_jobs(context: typer.Context, as_json: AsJson = False) -> None:
    """List the jobs: what runs, what waits and in which order, what is finished."""
    if context.invoked_subcommand:
        return
    jobs = Jobs(places.data_folder())
    jobs.find_interrupted()
    listed = jobs.all()
    show_table(("job", "state", "", "files"), ((str(job.id), job.state, job.name, _files_text(job)) for job in listed))
    if not listed:
        show("the queue is empty")
    _print_jobs(listed, as_json)


@queue.command()
def add(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A workflow file, or a picture that carries one.", show_default=False)],
    settings: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Set an exposed value.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Set every seed of the workflow.")] = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where pictures go.")] = Path("output"),
    target: Annotated[list[str] | None, typer.Option("--target", metavar="NODE", help="Run only what this node needs.")] = None,
    as_json: AsJson = False,
) -> None:
    """Add a workflow as it is now, its seeds drawn. Nothing runs before `tessera queue run`."""
    room = EngineRoom(context.obj)
    workflow = with_settings(upgraded(opened(file), room.catalogue), room.catalogue, settings or [], seed)
    drawn = seeds(flattened(workflow, room.catalogue).graph, room.catalogue)
    targets = tuple(target) if target else None
    job = frozen(workflow, drawn, targets, out.absolute(), str(file.resolve()), workflow.name or file.stem)
    job = Jobs(places.data_folder()).add(job)
    show(f"job {job.id}: {job.name}")
    if as_json:
        print(json.dumps(as_data(job)))


def frozen(workflow: Workflow, seeds: dict[str, int], targets: tuple[str, ...] | None, out: Path, scope: str, name: str) -> Job:
    """A job of a workflow whose seeds are drawn."""
    return Job(0, name, write(workflow), targets, str(out), scope, record=Record(seeds=seeds))


@queue.command()
def run(
    context: typer.Context,
    until_empty: Annotated[bool, typer.Option("--until-empty", help="End when nothing waits, rather than wait for more.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run jobs one after the other, those first that an earlier runner left behind."""
    interrupted = threading.Event()
    telling = _Telling()
    with interrupting(interrupted, say):
        serve(
            Jobs(places.data_folder()), until_empty=until_empty, interrupted=interrupted, began=telling.begin, tell=telling.tell,
            ended=telling.end, say=say, nodes=context.obj,
        )  # fmt: skip
    _print_jobs(telling.jobs, as_json)
    raise typer.Exit(Exit.CANCELED if interrupted.is_set() else max((exit_code_of(job) for job in telling.jobs), default=Exit.DONE))


class _Telling:
    """What is said while jobs run."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self._workflow = Workflow()
        self._progress: Progress | None = None
        self._tell: Callable[[AnyEvent], None] = lambda event: None

    def begin(self, job: Job) -> None:
        again = " goes on" if job.interruptions else ""
        say(f"job {job.id}: {job.name}{again}", "bold")
        self._workflow = read(job.workflow, f"job {job.id}")
        self._progress = Progress(self._workflow)
        self._tell = self._progress.__enter__()

    def tell(self, event: AnyEvent) -> None:
        self._tell(event)

    def end(self, job: Job) -> None:
        if self._progress:
            self._progress.__exit__()
        if job.state == WAITING:
            say(f"job {job.id}: was interrupted and waits")
            return
        self.jobs.append(job)
        say_problems(self._workflow, job.record.problems)
        for failure in job.record.failures:
            say_failure(self._workflow, failure)
        for path in job.record.files:
            show(path)
        say(f"job {job.id}: {job.state}", "" if job.state == DONE else "yellow")


def exit_code_of(job: Job) -> Exit:
    """What a job's end means to a shell; one that was canceled or paused on purpose is no fault."""
    if job.state != FAILED:
        return Exit.DONE
    if job.record.problems and not job.record.failures:
        return Exit.BAD_FILE
    kinds = {failure.kind for failure in job.record.failures}
    if "missing_model" in kinds:
        return Exit.MISSING_MODEL
    return Exit.OUT_OF_MEMORY if "out_of_memory" in kinds else Exit.FAILED_NODE


@queue.command()
def pause(numbers: Numbers, as_json: AsJson = False) -> None:
    """Hold jobs back. One that runs is stopped and keeps its finished nodes."""
    _each(numbers, Jobs.pause, as_json)


@queue.command()
def resume(numbers: Numbers, as_json: AsJson = False) -> None:
    """Let paused jobs run when their turn comes."""
    _each(numbers, Jobs.resume, as_json)


@queue.command()
def cancel(numbers: Numbers, as_json: AsJson = False) -> None:
    """Stop jobs; one that runs has ended within three seconds."""
    _each(numbers, Jobs.cancel, as_json)


@queue.command()
def retry(numbers: Numbers, as_json: AsJson = False) -> None:
    """Put finished jobs at the end of the queue again."""
    _each(numbers, Jobs.retry, as_json)


@queue.command()
def move(
    number: Annotated[int, typer.Argument(metavar="JOB", show_default=False)],
    place: Annotated[int, typer.Argument(min=1, help="1 is the front.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Put a job at a place among those that wait, by default at the front."""
    _each([number], lambda jobs, found: jobs.move(found, place - 1), as_json)


@queue.command()
def clear(as_json: AsJson = False) -> None:
    """Forget the finished jobs. Their pictures stay."""
    jobs = Jobs(places.data_folder())
    count = jobs.clear_finished()
    show(f"{count} forgotten")
    _print_jobs(jobs.all(), as_json)


def _each(numbers: list[int], change: Callable[[Jobs, int], None], as_json: bool) -> None:
    jobs = Jobs(places.data_folder())
    for number in numbers:
        change(jobs, number)
    changed = [jobs.job(number) for number in numbers]
    for job in changed:
        show(f"job {job.id}: {f'{job.state}, to be {job.wish}' if job.wish else job.state}")
    _print_jobs(changed, as_json)


def _files_text(job: Job) -> str:
    count = len(job.record.files)
    return str(count) if count or job.state in (*FINISHED, RUNNING) else ""


def _print_jobs(jobs: list[Job], as_json: bool) -> None:
    if as_json:
        print(msgspec.json.encode({"jobs": [as_data(job) for job in jobs]}).decode())
