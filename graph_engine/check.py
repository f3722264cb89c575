"""What is wrong with a graph, as a list: a user's mistake is a problem with a remedy, never an exception."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

import msgspec

from graph_engine.declaration import NodeType
from graph_engine.graph import Graph, Link, Node, Since
from graph_engine.kinds import File, broken_rule
from graph_engine.lengths import unequal_lists
from graph_engine.open_types import accepted_types, fits, is_open, output_type, said

Joint = tuple[str, str, str, str]
"""What a link joins: the type and the output of its source, the type and the input of its target."""


class Problem(msgspec.Struct, frozen=True):
    """``where`` names the input, parameter or output; empty = the node (or with no node, the graph)."""

    node: str
    where: str
    message: str
    remedy: str = ""
    severity: str = "error"  # or "warning": it runs all the same


def default_targets(graph: Graph, types: Mapping[str, NodeType]) -> tuple[str, ...]:
    """What a run is for when nobody says: nodes with effects, or if there are none, nodes whose outputs nobody takes."""
    held = graph.worked_out.get("default_targets")
    if held is None and (before := graph.since("default_targets")) and not before.shape:
        held = graph.work_out("default_targets", before.found)
    if held is None or held[0] is not types:
        effects = tuple(key for key, node in graph.nodes.items() if (known := types.get(node.type)) and known.effect)
        found = effects or tuple(key for key, node in graph.nodes.items() if not graph.out_of(key) and node.type in types)
        held = graph.work_out("default_targets", (types, found))
    return cast(tuple[str, ...], held[1])


class _Looked(msgspec.Struct, frozen=True):
    """What is wrong with each node by itself, whatever the targets are; and whether nodes feed each other in a circle somewhere."""

    types: Mapping[str, NodeType]
    problems: dict[str, tuple[Problem, ...]]
    circular: bool


def check(graph: Graph, types: Mapping[str, NodeType], targets: Iterable[str] | None = None) -> list[Problem]:
    """Every problem of what the targets need; errors elsewhere are listed as warnings, since they do not hinder the run.

    Asked again for the same graph, it answers from memory, and after an edit it looks at what was touched alone: ``types`` must not change
    while graphs are checked against it.
    """
    wanted = tuple(targets) if targets is not None else default_targets(graph, types)
    looked = _looked(graph, types)
    problems = [Problem("", "", f"target {target}: no such node") for target in wanted if target not in graph.nodes]
    if not wanted:
        problems.append(Problem("", "", "the graph has nothing to run", "add a node that makes or saves something"))
    unequal = unequal_lists(graph, types)
    if not looked.problems and not looked.circular and not unequal:
        return problems
    needed, order = graph.needed_by(wanted)
    problems += _circle(graph, needed.difference(order))
    for key in graph.nodes if looked.problems or unequal else ():
        lists = (Problem(key, *unequal[key]),) if key in unequal else ()
        for problem in (*looked.problems.get(key, ()), *lists):
            problems.append(problem if key in needed else msgspec.structs.replace(problem, severity="warning"))
    return problems


def _looked(graph: Graph, types: Mapping[str, NodeType]) -> _Looked:
    """What was found out about this graph, or about what it was before its last edits and then about what they touched."""
    held: _Looked | None = graph.worked_out.get("check")
    if held is not None and held.types is types:
        return held
    before = graph.since("check")
    problems: dict[str, tuple[Problem, ...]] = {}
    suspects: Iterable[str] = graph.nodes
    if before and before.found.types is types:
        problems, suspects = before.found.problems.copy(), before.nodes
        if before.shape:
            suspects = _affected(graph, types, suspects)
    fitting: set[Joint] = set()
    for key in suspects:
        problems.pop(key, None)
        if key in graph.nodes and (found := node_problems(graph, types, key, fitting)):
            problems[key] = tuple(found)
    return cast(_Looked, graph.work_out("check", _Looked(types, problems, _circular(graph, before))))


def _affected(graph: Graph, types: Mapping[str, NodeType], touched: Iterable[str]) -> set[str]:
    """The touched nodes and what takes from them: it may no longer fit. Where a node leaves its types open, what is behind it too."""
    affected, waiting = set(touched), list(touched)
    while waiting:
        for link in graph.out_of(waiting.pop()):
            if link.target not in affected:
                affected.add(link.target)
                node = graph.nodes.get(link.target)
                if node and (known := types.get(node.type)) and any(is_open(output.type) for output in known.outputs):
                    waiting.append(link.target)
    return affected


def _circular(graph: Graph, before: Since | None) -> bool:
    """Whether nodes feed each other in a circle somewhere. A new circle goes through a node that was touched, and so lies behind it."""
    if before and not before.shape:
        return bool(before.found.circular)
    if before is None or before.found.circular:
        return len(graph.order()) < len(graph.nodes)
    behind = graph.downstream(before.nodes)
    return len(graph.in_order(behind)) < len(behind)


def errors(problems: Iterable[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.severity == "error"]


def link_refusal(graph: Graph, types: Mapping[str, NodeType], link: Link) -> str | None:
    """Why a link cannot be drawn, in one sentence; None where it can."""
    if link.source == link.target or graph.would_cycle(link.source, link.target):
        return "a result cannot feed what made it: this link would close a circle"
    problem = _link_problem(graph, types, link)
    return problem.message if problem else None


def node_problems(graph: Graph, types: Mapping[str, NodeType], key: str, fitting: set[Joint] | None = None) -> list[Problem]:
    """What is wrong with a node by itself. ``fitting`` is filled with what is found to fit, and spares a second look."""
    fitting = set() if fitting is None else fitting
    node = graph.nodes[key]
    node_type = types.get(node.type)
    if node_type is None:
        remedy = "install the package that brings it, or replace the node"
        return [Problem(key, "", f"node type {node.type!r} is not installed", remedy)]
    problems: list[Problem] = []
    if node.version > node_type.version:
        problems.append(_newer(key, node, node_type))
    links = graph.into(key)
    driven = []
    for link in links:
        driven.append(link.input)
    for name, value in node.parameters.items():
        parameter = node_type.parameter(name)
        if parameter is None or name not in driven and broken_rule(parameter.kind, value):
            problems.append(_parameter_problem(key, node_type, name, value))
    for wanted in node_type.required:
        if wanted.name not in driven:
            remedy = f"link a node that gives {said(wanted.type)}"
            problems.append(Problem(key, wanted.name, f"input {wanted.shown} is not connected", remedy))
    for link in links:
        source = graph.nodes.get(link.source)
        if source and (source.type, link.output, node.type, link.input) in fitting:
            continue
        if problem := _link_problem(graph, types, link, fitting):
            problems.append(problem)
    if len(driven) > 1 and len(driven) != len(set(driven)):
        problems += _crowded(key, node_type, driven)
    return problems


def _newer(key: str, node: Node, node_type: NodeType) -> Problem:
    message = f"was made with version {node.version} of {node.type!r}, this program has version {node_type.version}"
    return Problem(key, "", message, "update the program, or replace the node")


def _parameter_problem(key: str, node_type: NodeType, name: str, value: Any) -> Problem:
    parameter = node_type.parameter(name)
    if parameter is None:
        return Problem(key, name, f"{node_type.title} has no parameter {name!r}", "remove it", "warning")
    return Problem(key, name, f"{parameter.shown}: {broken_rule(parameter.kind, value)}", f"the default is {parameter.default!r}")


def _crowded(key: str, node_type: NodeType, driven: list[str]) -> Iterator[Problem]:
    for name in dict.fromkeys(driven):
        wanted = node_type.input(name)
        if (count := driven.count(name)) > 1 and not (wanted and wanted.many):
            yield Problem(
                key, name, f"input {node_type.shown(name)} of {node_type.title} takes one link, got {count}", "remove all but one"
            )


def _link_problem(graph: Graph, types: Mapping[str, NodeType], link: Link, fitting: set[Joint] | None = None) -> Problem | None:
    source, target = graph.nodes.get(link.source), graph.nodes.get(link.target)
    if source is None or target is None:
        missing = link.source if source is None else link.target
        return Problem(link.target, link.input, f"the link from {link.source} to {link.target} names node {missing}, which is not there")
    source_type, target_type = types.get(source.type), types.get(target.type)
    if source_type is None or target_type is None:
        return None
    output = source_type.output(link.output)
    if output is None:
        return Problem(link.target, link.input, f"{source_type.title} has no output {link.output!r}", "draw the link again")
    accepted = target_type.accepted(link.input)
    came = output.type
    if came in accepted and not is_open(came):
        if fitting is not None:
            fitting.add((source.type, link.output, target.type, link.input))
        return None
    came, accepted = output_type(graph, types, link.source, link.output), accepted_types(graph, types, link)
    return None if fits(came, accepted) else _misfit(link, source_type, target_type, said(came), accepted)


def _misfit(link: Link, source_type: NodeType, target_type: NodeType, came: str, accepted: tuple[str, ...]) -> Problem:
    name = target_type.shown(link.input)
    if accepted:
        message = f"input {name} of {target_type.title} takes {' or '.join(accepted)}, got {came} from {source_type.title}"
        return Problem(link.target, link.input, message, f"link a node that gives {accepted[0]}")
    if parameter := target_type.parameter(link.input):
        what = "the file" if isinstance(parameter.kind, File) else "it"
        message = f"{name} of {target_type.title} takes no link: {what} must be known before the run"
        return Problem(link.target, link.input, message, f"choose {what} on the node")
    return Problem(link.target, link.input, f"{target_type.title} has no input {link.input!r}", "draw the link again")


def _circle(graph: Graph, left: set[str]) -> list[Problem]:
    """One problem naming one circle, or none: what is ``left`` since it cannot be put in order is on circles or behind them."""
    if not left:
        return []
    path: dict[str, None] = {}
    node = min(left)
    while node not in path:
        path[node] = None
        node = next(link.source for link in graph.into(node) if link.source in left)
    walked = list(path)
    circle = [node, *reversed(walked[walked.index(node) :])]
    return [Problem(circle[0], "", "nodes feed each other in a circle: " + " → ".join(circle), "remove one of these links")]
