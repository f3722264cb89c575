"""Running workflows without a window: what the commands do, apart from how they are typed and printed."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import Any

import msgspec

from app.carried import workflow_in_png
from graph_engine.declaration import AnyKind, Integer, NodeType, Number, Seed, Toggle
from graph_engine.errors import BadWorkflow
from graph_engine.execute import Outcome
from graph_engine.parameters import broken_rule, drawn_seeds, with_seed
from graph_engine.workflow import Workflow, read, with_values


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
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadWorkflow(f"{path}: cannot be read: {error.strerror}") from None
    return read(workflow_in_png(data, str(path)) or data, str(path))


def with_settings(workflow: Workflow, types: Mapping[str, NodeType], settings: list[str], seed: int | None) -> Workflow:
    """The workflow with ``name=value`` settings of its exposed values, its seeds drawn or all set to ``seed``.

    Raises:
        BadWorkflow: a setting is malformed, names nothing that is exposed, or holds what its kind refuses.
    """
    values = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals:
            raise BadWorkflow(f"--set {setting}: must be name=value")
        values[name] = _typed(workflow, types, name, text)
    workflow = with_values(workflow, values)
    graph = drawn_seeds(workflow.graph, types) if seed is None else with_seed(workflow.graph, types, seed)
    return msgspec.structs.replace(workflow, graph=graph)


def kind_of_exposed(workflow: Workflow, types: Mapping[str, NodeType], name: str) -> AnyKind | None:
    exposed = workflow.exposed.get(name)
    node = workflow.graph.nodes.get(exposed.node) if exposed else None
    node_type = types.get(node.type) if node else None
    parameter = node_type.parameter(exposed.parameter) if node_type and exposed else None
    return parameter.kind if parameter else None


def _typed(workflow: Workflow, types: Mapping[str, NodeType], name: str, text: str) -> Any:
    kind = kind_of_exposed(workflow, types, name)
    if kind is None:
        return text  # `with_values` says what is wrong with the name
    value = _parsed(kind, text)
    if rule := broken_rule(kind, value):
        raise BadWorkflow(f"--set {name}: {rule}")
    return value


def _parsed(kind: AnyKind, text: str) -> Any:
    """The text as the kind means it; what does not parse stays text, and breaks the kind's rule."""
    try:
        match kind:
            case Number():
                return float(text)
            case Integer() | Seed():
                return int(text)
            case Toggle():
                return {"true": True, "false": False}[text.lower()]
    except (ValueError, KeyError):
        pass
    return text


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
        "results": {
            node: {result.output: {"type": result.type, "digest": result.digest} for result in results}
            for node, results in outcome.results.items()
        },
        "files": list(outcome.files),
        "ran": list(outcome.ran),
        "seeds": dict(seeds),
        "notes": list(outcome.notes),
        "failures": [msgspec.structs.asdict(failure) for failure in outcome.failures],
        "problems": [msgspec.structs.asdict(problem) for problem in outcome.problems],
    }


@contextmanager
def stopping(stop: threading.Event, say: Callable[[str], None]) -> Iterator[None]:
    """Within, the first interrupt asks the run to stop and the second ends the process."""

    def asked(number: int, frame: object) -> None:
        if stop.is_set():
            os._exit(Exit.CANCELED)
        stop.set()
        say("stopping after this step; interrupt again to end at once")

    before = signal.signal(signal.SIGINT, asked)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
