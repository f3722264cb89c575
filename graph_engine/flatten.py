"""From a workflow to the graph that runs: instances are replaced by what they hold, loops unrolled, bypassed and muted nodes taken out.

A node inside is called ``instance/inner``, in a loop's turn ``loop#k/inner``. Keys hold no ids, so the flat graph has the keys of the same
graph drawn by hand, and every turn of a loop is cached by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import cast

import msgspec

from graph_engine.check import Problem, check, default_targets, node_problems
from graph_engine.declaration import NodeType
from graph_engine.definition import INSTANCE, OUTPUTS, Definition, Definitions, definition_of, held
from graph_engine.expansion import TURN_MARK, Expansion, Scope, size_of
from graph_engine.graph import BYPASSED, MUTED, Graph, Node
from graph_engine.interface import OUTSIDE, border_types, in_use, inside, types_with, unusable
from graph_engine.workflow import Workflow

LIMIT = 50_000
"""Nodes of a flat graph: loops in loops and groups of groups multiply, so a small file could ask for more than any machine holds."""


class Flat(msgspec.Struct, frozen=True):
    """The graph that runs. ``origin`` names the file's node of each flat one that is not in the file itself.

    ``problems`` are those of instances, bypassed and muted nodes; `problems_of` lists these and those of the flat graph.
    ``ends`` are the flat nodes that stand for an instance or a bypassed node where it is a target.
    """

    graph: Graph
    origin: Mapping[str, str] = {}
    problems: tuple[Problem, ...] = ()
    ends: Mapping[str, tuple[str, ...]] = {}
    types: Mapping[str, NodeType] = {}  # with those of the definitions, which stand in the graph only where they are on a circle

    def targets(self, wanted: Iterable[str]) -> tuple[str, ...]:
        """The flat nodes that stand for some nodes of the file."""
        return tuple(dict.fromkeys(end for node in wanted for end in self._ends_of(node)))

    def _ends_of(self, node: str) -> Iterable[str]:
        if node in self.graph.nodes:
            return [node]
        if node in self.ends:
            return self.ends[node]
        # Named without a turn, what lies in a loop is what it is in every turn.
        turns = [key for key in self.graph.nodes if TURN_MARK.sub("", key) == node]
        return turns or [end for key, ends in self.ends.items() if TURN_MARK.sub("", key) == node for end in ends] or [node]

    def owner(self, node: str) -> str:
        """The file's node that a flat node belongs to."""
        return self.origin.get(node, node)


def flattened(workflow: Workflow, types: Mapping[str, NodeType]) -> Flat:
    """The graph that runs. Asked again for the same graph and definitions, it answers from memory."""
    graph, definitions = workflow.graph, workflow.definitions
    if not any(node.state or node.type.startswith(INSTANCE) for node in graph.nodes.values()):
        return Flat(graph, types=types)
    known = graph.worked_out.get("flattened")
    if known is None or known[0] is not definitions or known[1] is not types:
        known = graph.work_out("flattened", (definitions, types, _flattened(workflow, types)))
    return cast(Flat, known[2])


def _flattened(workflow: Workflow, types: Mapping[str, NodeType]) -> Flat:
    definitions, graph = workflow.definitions, workflow.graph
    used = in_use(definitions, graph)
    known = types_with({key: found for key, found in definitions.items() if key in used}, types)
    if (size := size_of(definitions, known, graph, LIMIT)) > LIMIT:
        message = f"groups and loops laid out must have at most {LIMIT:,} nodes, got {size:,}"
        return Flat(Graph(), types=types, problems=(Problem("", "", message, "fewer turns, or fewer groups in groups"),))
    made = Expansion(definitions, known)
    made.lay_out(Scope(graph))
    problems = (*_problems_at_borders(definitions, known, graph), *made.problems)
    return Flat(Graph(made.nodes, made.links), made.origin, problems, made.ends, known)


def problems_of(workflow: Workflow, types: Mapping[str, NodeType], targets: Iterable[str] | None = None) -> list[Problem]:
    """What is wrong with a workflow. Problems inside a definition name the instance and the inner node, as ``instance/inner``."""
    flat = flattened(workflow, types)
    wanted = default_targets(flat.graph, types) if targets is None else flat.targets(targets)
    if not flat.problems:
        return _each_once(check(flat.graph, flat.types, wanted))
    if any(not problem.node for problem in flat.problems):
        return list(flat.problems)
    needed = {flat.owner(node) for node in flat.graph.upstream(wanted)}
    at_borders = [p if p.node.split("/")[0].split("#")[0] in needed else _warning(p) for p in flat.problems]
    troubled = tuple(problem.node for problem in flat.problems if problem.severity == "error")
    inside_trouble = tuple(f"{node}{mark}" for node in troubled for mark in "/#")
    others = [p for p in check(flat.graph, flat.types, wanted) if p.node not in troubled and not p.node.startswith(inside_trouble)]
    return _each_once([*at_borders, *others])


def _warning(problem: Problem) -> Problem:
    return msgspec.structs.replace(problem, severity="warning")


def _each_once(problems: list[Problem]) -> list[Problem]:
    """Without the same problem of a loop's further turns."""
    seen: set[tuple[str, str, str]] = set()
    kept = []
    for problem in problems:
        mark = TURN_MARK.sub("", problem.node), problem.where, problem.message
        if mark not in seen:
            seen.add(mark)
            kept.append(problem)
    return kept


def _problems_at_borders(definitions: Definitions, types: Mapping[str, NodeType], graph: Graph) -> list[Problem]:
    """What is wrong where instances meet the graph around them, on every level."""
    known: dict[str, list[Problem]] = {}

    def within(identity: str) -> list[Problem]:
        definition = definitions[identity]
        assert isinstance(definition, Definition)
        if identity not in known:
            border = {**types, **border_types(definition)}
            around = inside(definition)
            known[identity] = [*_loop_problems(definition), *node_problems(around, border, OUTPUTS), *level(around, border)]
        return known[identity]

    def level(graph: Graph, types: Mapping[str, NodeType]) -> Iterator[Problem]:
        for key, node in graph.nodes.items():
            yield from _state_problems(key, node, types)
            if node.state or not node.type.startswith(INSTANCE):
                continue
            if node.type not in types:
                yield Problem(key, "", unusable(definitions, definition_of(node.type)), "draw the group again, or take the node out")
                continue
            yield from node_problems(graph, types, key)
            yield from _problems_of_collected(graph, types, key, held(definitions, node.type))
            for problem in within(definition_of(node.type)):
                yield msgspec.structs.replace(problem, node=f"{key}/{problem.node}" if problem.node else key)

    return list(level(graph, types))


def _state_problems(key: str, node: Node, types: Mapping[str, NodeType]) -> Iterator[Problem]:
    if node.state not in ("", BYPASSED, MUTED):
        yield Problem(key, "", f"state: must be {BYPASSED!r} or {MUTED!r} or nothing, got {node.state!r}", "bypass or mute it anew")
    elif node.state == BYPASSED and node.type not in types:
        yield Problem(key, "", "is bypassed, and what it would pass on is not known: its type is not installed", severity="warning")


def _problems_of_collected(graph: Graph, types: Mapping[str, NodeType], key: str, definition: Definition | None) -> Iterator[Problem]:
    """What a loop collects is several values: they go where several links may go."""
    collected = definition.loop.collected if definition and definition.loop else ()
    for link in graph.out_of(key) if collected else ():
        target = graph.nodes.get(link.target)
        node_type = types.get(target.type) if target and not target.state else None
        if node_type is None or node_type.id == OUTSIDE or link.output not in collected:
            continue
        wanted = node_type.input(link.input)
        if not (wanted and wanted.many):
            message = f"what a loop collects goes into inputs that take many links, got {node_type.shown(link.input)} of {node_type.title}"
            yield Problem(link.target, link.input, message, "join the values to a list first, or collect no more")


def _loop_problems(definition: Definition) -> Iterator[Problem]:
    loop = definition.loop
    if loop is None:
        return
    for entry, output in loop.carried.items():
        given, taken = definition.outputs.get(output), definition.inputs.get(entry)
        if given is None or taken is None:
            yield Problem("", entry, f"a loop carries from an output to an input, got {output!r} to {entry!r}", "carry another")
        elif given.type != taken.type:
            yield Problem("", entry, f"what a loop carries must keep its type, got {given.type} from a turn that takes {taken.type}")
    for key in loop.collected:
        if key not in definition.outputs:
            yield Problem("", key, f"what a loop collects must be an output, got {key!r}", "collect another")


def way_to(workflow: Workflow, flat_id: str) -> list[Node]:
    """The nodes that a flat id names, from the file's own to the inner one; as many as are there."""
    graph, way = workflow.graph, list[Node]()
    for part in [flat_id] if flat_id in graph.nodes else TURN_MARK.sub("", flat_id).split("/"):
        if part not in graph.nodes:
            break
        way.append(graph.nodes[part])
        definition = held(workflow.definitions, graph.nodes[part].type)
        graph = definition.graph if definition else Graph()
    return way
