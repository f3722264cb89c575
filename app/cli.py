"""The command line: run, check, plan, describe, list and convert, without a window."""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from app.comfyui.files import ModelChoice, imported_file, saved_import
from app.engine_room import NODES, EngineRoom
from app.headless import (
    Exit,
    exit_code,
    exposed_problems,
    exposed_values,
    opened,
    refusal,
    standing,
    stopping,
    summary,
    with_settings,
    with_texts,
    workflow_in_picture,
)  # fmt: skip
from app.places import data_folder
from app.queue.job import Record, Recording
from app.queue.jobs import QueueTrouble
from app.queue_commands import AsJson, queue
from app.script.saving import saved_script
from app.script.writing import python_script
from app.sweep_command import sweep
from app.terminal import Progress, answer_as_json, say, say_failure, say_problems, show, show_node_type, show_plan, show_report, show_table
from app.versions import described, moment, restored, versions
from graph_engine.check import errors
from graph_engine.errors import BadWorkflow, MissingModel
from graph_engine.events import AnyEvent
from graph_engine.flatten import flattened
from graph_engine.parameters import seeds
from graph_engine.workflow import upgraded

app = typer.Typer(
    name="tessera",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

File = Annotated[Path, typer.Argument(help="A workflow file, or a picture that carries one.", show_default=False)]
Settings = Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Set a value that the workflow exposes.")]
SeedOption = Annotated[int | None, typer.Option("--seed", min=0, help="Set every seed of the workflow.")]
Targets = Annotated[list[str] | None, typer.Option("--target", metavar="NODE", help="Run only what this node needs; may be given again.")]

app.add_typer(queue, name="queue")
app.command()(sweep)


def run_command(words: list[str], nodes: str = NODES) -> int:
    """Run one command; the exit code is the result. ``nodes`` is the package that brings the node types."""
    if words[0] == "run" and {"--help", "-h"} & set(words) and (files := [word for word in words[1:] if os.path.isfile(word)]):
        words = ["describe", files[0]]
    answer_as_json("--json" in words)
    try:
        app(words, prog_name="tessera", obj=nodes)
    except (BadWorkflow, QueueTrouble) as error:
        say(str(error), "red")
        if "--json" in words:
            print(json.dumps(refusal(str(error))))
        return Exit.BAD_FILE
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else Exit.BAD_FILE
    return Exit.DONE


@app.command()
def run(
    context: typer.Context,
    file: File,
    settings: Settings = None,
    seed: SeedOption = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where pictures go.")] = Path("output"),
    target: Targets = None,
    as_json: AsJson = False,
) -> None:
    """Run a workflow. With a file, --help lists the values that it exposes."""
    workflow = opened(file)
    room = EngineRoom(context.obj)
    workflow = with_settings(upgraded(workflow, room.catalogue), room.catalogue, settings or [], seed)
    drawn = seeds(flattened(workflow, room.catalogue).graph, room.catalogue)
    stop, recording = threading.Event(), Recording(Record(seeds=drawn))

    def stuck() -> None:
        say("stopped: a node did not look up and was ended")
        if as_json:
            print(json.dumps(standing(recording.record())))

    with Progress(workflow) as show_progress, stopping(stop, say, stuck):

        def tell(event: AnyEvent) -> None:
            recording.take(event)
            show_progress(event)

        outcome = room.run(
            workflow, tell, targets=tuple(target) if target else None, stop=stop, output_folder=out, scope=str(file.resolve())
        )
    say_problems(workflow, outcome.problems)
    for note in outcome.notes:
        say(note, "yellow")
    for failure in outcome.failures:
        say_failure(workflow, failure)
    for path in outcome.files:
        show(str(path))
    if outcome.state == "stopped":
        say("stopped")
    if as_json:
        print(json.dumps(summary(outcome, drawn)))
    raise typer.Exit(exit_code(outcome))


@app.command("check")
def check_file(file: File, as_json: AsJson = False) -> None:
    """List what is wrong with a workflow, without running it."""
    workflow = opened(file)
    room = EngineRoom()
    problems = room.problems(workflow) + exposed_problems(workflow, room.catalogue)
    missing = room.missing_models(workflow)
    say_problems(workflow, problems + missing)
    if not problems + missing:
        show("no problems")
    if as_json:
        print(json.dumps({"problems": [msgspec.structs.asdict(problem) for problem in problems + missing]}))
    raise typer.Exit(Exit.BAD_FILE if errors(problems) else Exit.MISSING_MODEL if missing else Exit.DONE)


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A workflow of ComfyUI, or a picture that carries a workflow.", show_default=False)],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Where the workflow goes.", show_default="NAME.tessera.json")
    ] = None,
    models: Annotated[
        ModelChoice, typer.Option("--models", help="The models that the file names, or the starter models.")
    ] = ModelChoice.NAMED,
    as_json: AsJson = False,
) -> None:
    """Turn a ComfyUI workflow into one of this program, and say what became of each node; or take the workflow out of a picture."""
    if (workflow := workflow_in_picture(file)) is not None:
        path = saved_import(workflow, file, out)
        show(str(path))
        if as_json:
            print(json.dumps({"state": "imported", "file": str(path), "form": "picture", "items": []}))
        return
    room = EngineRoom()
    made = imported_file(file, room.catalogue, starter=models is ModelChoice.STARTER, has_file=room.finds)
    path = saved_import(made.workflow, file, out)
    show_report(made.report)
    show(str(path))
    if as_json:
        print(json.dumps({"state": "imported", "file": str(path), **msgspec.to_builtins(made.report)}))


@app.command("export")
def export_file(
    file: File,
    python: Annotated[bool, typer.Option("--python", help="As a Python script that calls the same functions.")] = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where the script goes.", show_default="NAME.py")] = None,
    settings: Settings = None,
    seed: SeedOption = None,
    target: Targets = None,
    as_json: AsJson = False,
) -> None:
    """Write a workflow as a script that makes the same pictures, with the seeds that stand in the file."""
    if not python:
        raise BadWorkflow("export: must say what to write: --python")
    workflow = opened(file)
    room = EngineRoom()
    workflow = with_texts(upgraded(workflow, room.catalogue), room.catalogue, settings or [])
    if seed is not None:
        workflow = with_settings(workflow, room.catalogue, [], seed)
    path = saved_script(python_script(workflow, room.catalogue, file.name, tuple(target) if target else None), file, out)
    show(str(path))
    if as_json:
        print(json.dumps({"state": "exported", "file": str(path)}))


@app.command()
def plan(
    context: typer.Context, file: File, settings: Settings = None, seed: SeedOption = None, target: Targets = None, as_json: AsJson = False
) -> None:
    """Say what a run would do: which nodes are cached and where, which run and why, and what they cost."""
    workflow = opened(file)
    room = EngineRoom(context.obj)
    workflow = with_settings(upgraded(workflow, room.catalogue), room.catalogue, settings or [], seed)
    planned = room.plan(workflow, tuple(target) if target else None, str(file.resolve()))
    say_problems(workflow, (*planned.problems, *planned.missing))
    show_plan(workflow, planned)
    if as_json:
        print(msgspec.json.encode(planned).decode())
    raise typer.Exit(Exit.BAD_FILE if errors(planned.problems) else Exit.DONE)


@app.command("versions")
def list_versions(
    file: Annotated[Path, typer.Argument(help="A workflow file that was saved here.", show_default=False)],
    restore: Annotated[int | None, typer.Option("--restore", metavar="NUMBER", min=1, help="Make the file what it was then.")] = None,
    as_json: AsJson = False,
) -> None:
    """List what a workflow file held when it was saved the last ten times, the latest first; or bring one of these back."""
    found = versions(file, data_folder())
    if restore is not None:
        restored(file, found, restore, data_folder())
        show(f"{file} is what it was at {moment(found[restore - 1].when)}; what it was until now is kept too")
    elif found:
        show_table(("", "saved"), ((str(number), line) for number, line in enumerate(described(found), 1)))
    else:
        show("none is kept")
    if as_json:
        print(json.dumps({"versions": [{"when": version.when, "file": str(version.file)} for version in versions(file, data_folder())]}))


@app.command()
def describe(file: File) -> None:
    """List the values that a workflow exposes, for --set."""
    workflow = opened(file)
    show(workflow.name or file.name, "bold")
    if workflow.description:
        show(workflow.description)
    show_table(("--set", "now", ""), exposed_values(workflow, EngineRoom().catalogue))


@app.command()
def nodes(
    node: Annotated[str, typer.Argument(help="A node type, as sampling/generate.", show_default=False)] = "",
    as_json: AsJson = False,
) -> None:
    """List the node types, or show the help of one."""
    catalogue = EngineRoom().catalogue
    for broken in catalogue.broken:
        say(f"{broken.module}: {broken.message}", "yellow")
    if node and node not in catalogue:
        near = [name for name in catalogue if node.split("/")[-1] in name]
        raise BadWorkflow(f"{node}: no such node type" + (f"; there is {', '.join(near)}" if near else ""))
    if as_json:
        print(msgspec.json.encode({"nodes": [catalogue[node]] if node else list(catalogue.values())}).decode())
    elif node:
        show_node_type(catalogue[node])
    else:
        show_table(("node", ""), ((found.id, found.summary) for found in catalogue.values()))


@app.command()
def convert(
    file: Annotated[Path, typer.Argument(help="A checkpoint: .pt, .pth, .bin or .ckpt.", show_default=False)],
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="The new file; else beside the checkpoint.")] = None,
    layout: Annotated[str, typer.Option("--layout", metavar="NAME", help="What it holds, where several layouts fit.")] = "",
    sizes: Annotated[list[str] | None, typer.Option("--size", metavar="NAME=VALUE", help="A size that no tensor shows.")] = None,
    prefix: Annotated[str, typer.Option("--prefix", metavar="NAME", help="Of one model among several in the file, as vae.vae.")] = "",
    latents: Annotated[Path | None, typer.Option("--latents", metavar="FILE", help="Mean and spread of an autoencoder's latents.")] = None,
    words: Annotated[Path | None, typer.Option("--words", metavar="FILE", help="tokenizer.json of a text encoder.")] = None,
    as_json: AsJson = False,
) -> None:
    """Turn a pickled checkpoint into a safetensors file, without running anything that it holds."""
    from nodes.models.converting import converted  # torch is imported by whoever converts alone

    try:
        made = converted(file, out, layout, given_sizes(sizes or []), prefix, latents, words)
    except MissingModel as error:
        say(str(error), "red")
        say(f"  {error.remedy}", "dim")
        if as_json:
            print(json.dumps(refusal(str(error))))
        raise typer.Exit(Exit.BAD_FILE) from error
    show(f"{made.layout}, {made.role}, {made.kept} tensors")
    if made.left_out:
        say(f"left out: {made.left_out[0]} and {len(made.left_out) - 1} more that the model does not need", "yellow")
    show(str(made.path))
    if as_json:
        print(json.dumps({"state": "converted", "file": str(made.path), "layout": made.layout, "left_out": len(made.left_out)}))


def given_sizes(settings: list[str]) -> dict[str, Any]:
    """``name=value`` as JSON values: numbers, lists of them, true or false."""
    found = {}
    for setting in settings:
        name, _, value = setting.partition("=")
        try:
            found[name] = json.loads(value)
        except ValueError as error:
            raise BadWorkflow(f"--size {setting}: must be NAME=VALUE with a number or a list as [1, 2, 4]") from error
    return found


if __name__ == "__main__":
    sys.exit(run_command(sys.argv[1:]))
