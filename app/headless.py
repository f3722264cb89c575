"""Running workflows without a window: what the commands do, apart from how they are typed and printed."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import Any

import msgspec

from app.carried import carried_workflow, carries_workflow
from app.comfyui.files import is_comfyui
from app.contents import contents
from app.files_by_digest import with_files_found
from app.guard import PATIENCE, end_now
from app.picture_texts import is_picture
from app.places import data_folder
from app.queue.job import Record
from graph_engine.check import Problem
from graph_engine.declaration import AnyKind, NodeType, Parameter
from graph_engine.definition import INSTANCE, Exposed
from graph_engine.errors import BadWorkflow
from graph_engine.events import Result
from graph_engine.execute import Outcome
from graph_engine.graph import Graph
from graph_engine.interface import types_with
from graph_engine.kinds import from_text
from graph_engine.parameters import broken_rule, drawn_seeds, with_seed
from graph_engine.workflow import Workflow, read, with_graphs, with_values


class Exit(IntEnum):
    DONE = 0
    BAD_FILE = 2
    MISSING_MODEL = 3
    FAILED_NODE = 4
    OUT_OF_MEMORY = 5
    CANCELED = 130


def opened(path: Path) -> Workflow:
    """The workflow in a file, or the one that a picture carries.

    Raises:
        BadWorkflow: the file is not there, cannot be read, or is no workflow.
    """
    data = contents(path)
    if is_comfyui(data, str(path)):
        raise BadWorkflow(f"{path}: is a workflow of ComfyUI: tessera import turns it into one of this program")
    found = carried_workflow(data, str(path))
    return read(data, str(path)) if found is None else with_files_found(read(found, str(path)), data_folder())


def workflow_in_picture(path: Path) -> Workflow | None:
    """The workflow of this program that a picture carries; None for any other file.

    Raises:
        BadWorkflow: the file cannot be read, or what the picture carries is damaged.
    """
    data = contents(path)
    return opened(path) if is_picture(data) and not is_comfyui(data, str(path)) and carries_workflow(data, str(path)) else None


def with_settings(workflow: Workflow, types: Mapping[str, NodeType], settings: list[str], seed: int | None) -> Workflow:
    """The workflow with ``name=value`` settings of its exposed values, its seeds drawn or all set to ``seed``.

    Raises:
        BadWorkflow: a setting is malformed, names nothing that is exposed, or holds what its kind refuses.
    """
    known = types_with(workflow.definitions, types)

    def seeded(graph: Graph) -> Graph:
        return drawn_seeds(graph, known) if seed is None else with_seed(graph, known, seed)

    return with_graphs(with_texts(workflow, types, settings), seeded)


def with_texts(workflow: Workflow, types: Mapping[str, NodeType], settings: list[str]) -> Workflow:
    """The workflow with ``name=value`` settings of its exposed values; raises as `with_settings`."""
    values = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals:
            raise BadWorkflow(f"--set {setting}: must be name=value")
        values[name] = _typed(workflow, types, name, text)
    return with_values(workflow, values)


def _parameter(workflow: Workflow, types: Mapping[str, NodeType], exposed: Exposed | None) -> Parameter | None:
    node = workflow.graph.nodes.get(exposed.node) if exposed else None
    node_type = types_with(workflow.definitions, types).get(node.type) if node else None
    return node_type.parameter(exposed.parameter) if node_type and exposed else None


def exposed_values(workflow: Workflow, types: Mapping[str, NodeType]) -> Iterator[tuple[str, str, str]]:
    """Every exposed value: its name, what it is set to, its help."""
    for name, exposed in workflow.exposed.items():
        node = workflow.graph.nodes.get(exposed.node)
        parameter = _parameter(workflow, types, exposed)
        now = node.parameters.get(exposed.parameter, parameter.default if parameter else "") if node else ""
        yield name, _shown(now), exposed.help or (parameter.help if parameter else "leads nowhere: see tessera check")


def _shown(value: Any) -> str:
    return f"{value['value']}, {value['policy']}" if isinstance(value, dict) and {"value", "policy"} <= value.keys() else str(value)


def exposed_problems(workflow: Workflow, types: Mapping[str, NodeType]) -> list[Problem]:
    """Exposed values that lead to no parameter. They hinder no run."""
    problems = []
    for name, exposed in workflow.exposed.items():
        node = workflow.graph.nodes.get(exposed.node)
        # Of a node that is not installed nobody knows the parameters.
        known = node is None or node.type in types or node.type.startswith(INSTANCE)
        if known and not _parameter(workflow, types, exposed):
            message = f"exposed value {name}: must name a parameter, got {exposed.parameter!r} of node {exposed.node!r}"
            problems.append(Problem("", "", message, "expose another parameter, or none", "warning"))
    return problems


def exposed_kinds(workflow: Workflow, types: Mapping[str, NodeType]) -> dict[str, AnyKind]:
    """The kind of every exposed value that leads to a parameter."""
    found = {name: _parameter(workflow, types, exposed) for name, exposed in workflow.exposed.items()}
    return {name: parameter.kind for name, parameter in found.items() if parameter}


def _typed(workflow: Workflow, types: Mapping[str, NodeType], name: str, text: str) -> Any:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadWorkflow(f"--set {name}: must be UTF-8 text, got {text!a}") from None
    parameter = _parameter(workflow, types, workflow.exposed.get(name))
    if parameter is None:
        return text  # `with_values` says what is wrong with the name
    value = from_text(parameter.kind, text)
    if rule := broken_rule(parameter.kind, value):
        raise BadWorkflow(f"--set {name}: {rule}")
    return value


def exit_code(outcome: Outcome) -> Exit:
    if outcome.state == "done":
        return Exit.DONE
    if outcome.state == "stopped":
        return Exit.CANCELED
    if outcome.state == "refused":
        return Exit.BAD_FILE
    kinds = {failure.kind for failure in outcome.failures}
    if "missing_model" in kinds:
        return Exit.MISSING_MODEL
    return Exit.OUT_OF_MEMORY if "out_of_memory" in kinds else Exit.FAILED_NODE


def summary(outcome: Outcome, seeds: Mapping[str, int]) -> dict[str, Any]:
    """An outcome as plain data, for ``--json``."""
    return {
        "state": outcome.state,
        "seconds": round(outcome.seconds, 3),
        "results": {node: {result.output: _told(result) for result in results} for node, results in outcome.results.items()},
        "files": list(outcome.files),
        "ran": list(outcome.ran),
        "seeds": dict(seeds),
        "notes": list(outcome.notes),
        "failures": [msgspec.structs.asdict(failure) for failure in outcome.failures],
        "problems": [msgspec.structs.asdict(problem) for problem in outcome.problems],
    }


def _told(result: Result) -> dict[str, Any]:
    told: dict[str, Any] = {"type": result.type, "digest": result.digest}
    return {**told, "items": [item.digest for item in result.items]} if result.type.startswith("list[") else told


def refusal(message: str) -> dict[str, Any]:
    """What ``--json`` says of a file or setting that did not get as far as a run."""
    return {"state": "refused", "problems": [msgspec.structs.asdict(Problem("", "", message))]}


def standing(record: Record) -> dict[str, Any]:
    """What a run that was ended hard had made until then, as `summary` gives it."""
    return {"state": "stopped", **msgspec.to_builtins(record)}


@contextmanager
def stopping(stop: threading.Event, say: Callable[[str], None], stuck: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Within, the first interrupt (or request to terminate) asks the run to stop and the second ends the process.

    A run that has not ended `PATIENCE` seconds after the first is ended with the process, after ``stuck`` was called.
    """

    def give_up() -> None:
        stuck()
        end_now(Exit.CANCELED)

    timer = threading.Timer(PATIENCE, give_up)
    timer.daemon = True

    def asked(number: int, frame: object) -> None:
        if stop.is_set():
            end_now(Exit.CANCELED)
        stop.set()
        timer.start()
        say("stopping; finished nodes are kept")

    # One that is ignored stays so: of a guarded command, or one that was put into the background.
    numbers = [number for number in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(number) is not signal.SIG_IGN]
    before = [(number, signal.signal(number, asked)) for number in numbers]
    try:
        yield
    finally:
        timer.cancel()
        for number, handler in before:
            signal.signal(number, handler)
