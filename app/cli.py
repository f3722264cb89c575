"""The command line: run, check, plan, describe and list, without a window."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from app.engine_room import EngineRoom
from app.headless import Exit, exit_code, opened, stopping, summary, with_settings
from graph_engine.check import Problem, check, errors
from graph_engine.declaration import NodeType
from graph_engine.errors import BadWorkflow
from graph_engine.events import AnyEvent, StepFailed, StepFinished, StepProgress, StepStarted
from graph_engine.parameters import seeds
from graph_engine.workflow import Workflow, upgraded

app = typer.Typer(
    name="tessera",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
said = Console(stderr=True, highlight=False, soft_wrap=True)
shown = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 160)

File = Annotated[Path, typer.Argument(help="A workflow file, or a picture that carries one.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")]
Settings = Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Set a value that the workflow exposes.")]
SeedOption = Annotated[int | None, typer.Option("--seed", min=0, help="Set every seed of the workflow.")]
Targets = Annotated[list[str] | None, typer.Option("--target", help="Run only what this node needs; may be given again.")]


def run_command(words: list[str]) -> int:
    """Run one command; the exit code is the result."""
    if words[0] == "run" and {"--help", "-h"} & set(words) and (files := [word for word in words[1:] if Path(word).is_file()]):
        words = ["describe", files[0]]
    try:
        app(words)
    except BadWorkflow as error:
        said.print(str(error), style="red", markup=False)
        return Exit.BAD_FILE
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else Exit.BAD_FILE
    return Exit.DONE


@app.command()
def run(
    file: File,
    settings: Settings = None,
    seed: SeedOption = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where pictures go.")] = Path("output"),
    target: Targets = None,
    as_json: AsJson = False,
) -> None:
    """Run a workflow. With a file, --help lists the values that it exposes."""
    workflow = opened(file)
    room = EngineRoom()
    workflow = with_settings(upgraded(workflow, room.catalogue), room.catalogue, settings or [], seed)
    stop = threading.Event()
    with stopping(stop, said.print), _Progress(workflow, room) as tell:
        outcome = room.run(
            workflow, tell, targets=tuple(target) if target else None, stop=stop, output_folder=out, scope=str(file.resolve())
        )
    _print_problems(workflow, list(outcome.problems))
    for note in outcome.notes:
        said.print(note, style="yellow", markup=False)
    for failure in outcome.failures:
        _print_failure(workflow, failure)
    for path in outcome.files:
        shown.print(path, markup=False)
    if outcome.state == "stopped":
        said.print("stopped")
    if as_json:
        print(json.dumps(summary(outcome, seeds(workflow.graph, room.catalogue))))
    raise typer.Exit(exit_code(outcome))


@app.command("check")
def check_file(file: File, as_json: AsJson = False) -> None:
    """List what is wrong with a workflow, without running it."""
    workflow = opened(file)
    room = EngineRoom()
    problems = check(upgraded(workflow, room.catalogue).graph, room.catalogue)
    _print_problems(workflow, problems)
    if not problems:
        shown.print("no problems")
    if as_json:
        print(json.dumps([msgspec.structs.asdict(problem) for problem in problems]))
    raise typer.Exit(Exit.BAD_FILE if errors(problems) else Exit.DONE)


@app.command()
def plan(file: File, settings: Settings = None, seed: SeedOption = None, target: Targets = None, as_json: AsJson = False) -> None:
    """Say what a run would do: which nodes are cached and where, which run and why, and what they cost."""
    workflow = opened(file)
    room = EngineRoom()
    workflow = with_settings(upgraded(workflow, room.catalogue), room.catalogue, settings or [], seed)
    planned = room.plan(workflow, tuple(target) if target else None, str(file.resolve()))
    _print_problems(workflow, list(planned.problems))
    table = Table("node", "", "why", "seconds", "MB", box=None, header_style="bold")
    for step in planned.steps:
        cost = ("" if step.seconds is None else f"{step.seconds:.2f}", "" if step.bytes is None else f"{step.bytes / 1e6:.1f}")
        table.add_row(_name(workflow, step.node), step.state, step.reason, *cost)
    shown.print(table)
    if as_json:
        print(msgspec.json.encode(planned).decode())
    raise typer.Exit(Exit.BAD_FILE if errors(planned.problems) else Exit.DONE)


@app.command()
def describe(file: File) -> None:
    """List the values that a workflow exposes, for --set."""
    workflow = opened(file)
    shown.print(workflow.name or file.name, style="bold", markup=False)
    if workflow.description:
        shown.print(workflow.description, markup=False)
    table = Table("--set", "now", "", box=None, header_style="bold")
    room = EngineRoom()
    for name, exposed in workflow.exposed.items():
        node = workflow.graph.nodes.get(exposed.node)
        known = room.catalogue.get(node.type) if node else None
        parameter = known.parameter(exposed.parameter) if known else None
        now = node.parameters.get(exposed.parameter, parameter.default if parameter else "") if node else ""
        table.add_row(name, str(now), exposed.help or (parameter.help if parameter else "the node is not installed"))
    shown.print(table)


@app.command()
def nodes(
    node: Annotated[str, typer.Argument(help="A node type, as sampling/generate.", show_default=False)] = "",
    as_json: AsJson = False,
) -> None:
    """List the node types, or show the help of one."""
    catalogue = EngineRoom().catalogue
    for broken in catalogue.broken:
        said.print(f"{broken.module}: {broken.message}", style="yellow", markup=False)
    if node and node not in catalogue:
        near = [name for name in catalogue if node.split("/")[-1] in name]
        raise BadWorkflow(f"{node}: no such node type" + (f"; there is {', '.join(near)}" if near else ""))
    if as_json:
        print(msgspec.json.encode([catalogue[node]] if node else list(catalogue.values())).decode())
    elif node:
        _print_node_type(catalogue[node])
    else:
        table = Table("node", "", box=None, header_style="bold")
        for found in catalogue.values():
            table.add_row(found.id, found.summary)
        shown.print(table)


class _Progress:
    """Events as lines on standard error; in a terminal, the running step with a bar."""

    def __init__(self, workflow: Workflow, room: EngineRoom) -> None:
        self._workflow, self._room = workflow, room
        self._status = said.status("") if said.is_terminal else None

    def __enter__(self) -> Callable[[AnyEvent], None]:
        if self._status:
            self._status.start()
        return self._tell

    def __exit__(self, *error: Any) -> None:
        if self._status:
            self._status.stop()

    def _tell(self, event: AnyEvent) -> None:
        if isinstance(event, StepStarted) and self._status:
            self._status.update(_name(self._workflow, event.node))
        elif isinstance(event, StepProgress) and self._status:
            self._status.update(f"{_name(self._workflow, event.node)}  {event.done} of {event.total} {event.note}")
        elif isinstance(event, StepFinished):
            took = {"memory": "held in memory", "disk": "held on disk"}.get(event.state, f"{event.seconds:.2f} s")
            said.print(f"{_name(self._workflow, event.node)}: {took}", style="dim", markup=False)


def _name(workflow: Workflow, key: str) -> str:
    node = workflow.graph.nodes.get(key)
    return f"{node.title or node.type} ({key})" if node else key


def _print_problems(workflow: Workflow, problems: list[Problem]) -> None:
    for problem in problems:
        where = f"{_name(workflow, problem.node)}: " if problem.node else ""
        said.print(f"{where}{problem.message}", style="red" if problem.severity == "error" else "yellow", markup=False)
        if problem.remedy:
            said.print(f"  {problem.remedy}", style="dim", markup=False)


def _print_failure(workflow: Workflow, failure: StepFailed) -> None:
    said.print(f"{_name(workflow, failure.node)}: {failure.message}", style="red", markup=False)
    for line in (failure.remedy, failure.detail):
        if line:
            said.print(f"  {line}", style="dim", markup=False)


def _print_node_type(found: NodeType) -> None:
    shown.print(f"{found.title}  [dim]{found.id}, version {found.version}[/dim]", style="bold")
    shown.print(found.summary + "\n", markup=False)
    if found.help:
        shown.print(found.help + "\n", markup=False)
    table = Table("", "", "", box=None, show_header=False)
    for wanted in found.inputs:
        table.add_row(f"input {wanted.name}", wanted.type + ("" if wanted.required else ", optional"), wanted.help)
    for parameter in found.parameters:
        table.add_row(parameter.name, f"{parameter.default!r}", parameter.help)
    for output in found.outputs:
        table.add_row(f"output {output.name}", output.type, output.help)
    shown.print(table)


if __name__ == "__main__":
    sys.exit(run_command(sys.argv[1:]))
