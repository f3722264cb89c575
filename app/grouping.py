"""Edits of groups: nodes become an instance of a new definition and back, and an instance gets a definition of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from app.language import tr
from graph_engine.board import Board
from graph_engine.declaration import NodeType
from graph_engine.definition import INPUTS, INSTANCE, OUTPUTS, TURN, TURNS, Definition, End, Exposed, definition_of, held
from graph_engine.expansion import turns_of
from graph_engine.graph import Graph, Link, Node
from graph_engine.open_types import accepted_types, output_type
from graph_engine.workflow import Workflow, with_graphs

Place = tuple[float, float]
BORDER = (INPUTS, OUTPUTS)


def group_refusal(workflow: Workflow, nodes: Collection[str], title: Mapping[str, str] | None = None) -> str:
    """Why nodes cannot become a group, in one sentence; empty where they can."""
    graph = workflow.graph
    if not nodes:
        return tr("There is nothing to group: select nodes first.")
    outside = graph.downstream(nodes) - set(nodes)
    between = [node for node in graph.upstream(nodes) & outside if node not in BORDER]
    if between:
        names = ", ".join(sorted((title or {}).get(node, node) for node in between))
        return tr("The group would feed itself through {names}: select that too, or less.", names=names)
    return ""


def grouped(
    workflow: Workflow, nodes: Collection[str], types: Mapping[str, NodeType], definition: str, instance: str, name: str = "Group"
) -> Workflow:
    """The nodes become a definition, and one instance of it takes their place. What crossed the border is the interface."""
    return _Grouping(workflow, set(nodes) - set(BORDER), types, definition, instance).done(name)


class _Grouping:
    def __init__(self, workflow: Workflow, nodes: set[str], types: Mapping[str, NodeType], definition: str, instance: str) -> None:
        self.before, self.nodes, self.types = workflow, nodes, types
        self.identity, self.instance = definition, instance
        self.inputs: dict[str, End] = {}
        self.outputs: dict[str, End] = {}
        self.given: dict[tuple[str, str], str] = {}  # input of the group by what is linked to it
        self.taken: dict[tuple[str, str], str] = {}  # output of the group by what it gives
        self.inner: list[Link] = []
        self.outer: list[Link] = []
        self.unknown_inside: dict[Link, Mapping[str, object]] = {}
        self.unknown_outside = dict(workflow.unknown_of_links)

    def done(self, name: str) -> Workflow:
        graph, layout = self.before.graph, self.before.layout
        for link in graph.links:
            self._sort_in(link)
        self._give_what_is_loose()
        self._put_in_order()
        parameters, exposed = self._exposed()
        inside = Graph({key: node for key, node in graph.nodes.items() if key in self.nodes}, self.inner)
        places = {key: place for key, place in layout.items() if key in self.nodes}
        definition = Definition(
            inside,
            places,
            name,
            inputs=self.inputs,
            outputs=self.outputs,
            parameters=parameters,
            unknown_of_links=self.unknown_inside,
            board=self.before.board.piece(self.nodes),
        )
        outside = {key: node for key, node in graph.nodes.items() if key not in self.nodes} | {
            self.instance: Node(INSTANCE + self.identity)
        }
        return replace(
            self.before,
            graph=Graph(outside | {self.instance: Node(INSTANCE + self.identity)}, dict.fromkeys(self.outer)),
            layout={key: place for key, place in layout.items() if key not in self.nodes} | {self.instance: corner(places.values())},
            exposed=exposed,
            unknown_of_links=self.unknown_outside,
            definitions={**self.before.definitions, self.identity: definition},
        )

    def _sort_in(self, link: Link) -> None:
        """Into the group, out of it, within it or past it. What is not understood of a link goes with the half that is its alone."""
        comes, goes = link.source in self.nodes, link.target in self.nodes
        half = link
        if comes and goes:
            self.inner.append(link)
        elif goes:
            entry = self._input(link)
            half = Link(INPUTS, entry, link.target, link.input)
            self.inner.append(half)
            self.outer.append(Link(link.source, link.output, self.instance, entry))
        elif comes:
            out = self._output(link)
            half = Link(self.instance, out, link.target, link.input)
            self.outer.append(half)
        else:
            self.outer.append(link)
        if unknown := self.unknown_outside.pop(link, None):
            (self.unknown_inside if goes else self.unknown_outside)[half] = unknown

    def _input(self, link: Link) -> str:
        came = link.source, link.output
        if came not in self.given:
            entry = self.given[came] = _free(link.input, self.inputs)
            self.inputs[entry] = End(self._type(link))
        return self.given[came]

    def _output(self, link: Link) -> str:
        goes = link.source, link.output
        if goes not in self.taken:
            out = self.taken[goes] = _free(link.output, self.outputs)
            self.outputs[out] = End(self._type(link))
            self.inner.append(Link(link.source, link.output, OUTPUTS, out))
        return self.taken[goes]

    def _give_what_is_loose(self) -> None:
        """What a node gives that nobody takes yet can be taken from the group too."""
        for key, node in self.before.graph.nodes.items():
            if key in self.nodes and not self.before.graph.out_of(key):
                known = self.types.get(node.type)
                for output in known.outputs if known else ():
                    self._output(Link(key, output.name, "", ""))

    def _put_in_order(self) -> None:
        """Inputs and outputs from top to bottom, as the nodes lie and have them: so wires across the border do not cross."""
        given = {link.output: self._height(link.target, link.input) for link in reversed(self.inner) if link.source == INPUTS}
        taken = {link.input: self._height(link.source, link.output) for link in reversed(self.inner) if link.target == OUTPUTS}
        self.inputs = dict(sorted(self.inputs.items(), key=lambda entry: given[entry[0]]))
        self.outputs = dict(sorted(self.outputs.items(), key=lambda entry: taken[entry[0]]))

    def _height(self, node: str, name: str) -> tuple[float, int]:
        known = self.types.get(self.before.graph.nodes[node].type)
        ends = (*known.inputs, *known.parameters, *known.outputs) if known else ()
        return self.before.layout.get(node, (0.0, 0.0))[1], next((index for index, end in enumerate(ends) if end.name == name), len(ends))

    def _type(self, link: Link) -> str:
        """What flows over a link: what the source gives, or if nobody knows, what the target takes."""
        graph = self.before.graph
        given = output_type(graph, self.types, link.source, link.output)
        return given or next(iter(accepted_types(graph, self.types, link)), "")

    def _exposed(self) -> tuple[dict[str, Exposed], dict[str, Exposed]]:
        """The parameters of the group, and what is exposed around it."""
        parameters: dict[str, Exposed] = {}
        around: dict[str, Exposed] = {}
        for name, exposed in self.before.exposed.items():
            if exposed.node in self.nodes:
                key = _free(exposed.parameter, {**self.inputs, **parameters})
                parameters[key] = Exposed(exposed.node, exposed.parameter, exposed.help)
                exposed = replace(exposed, node=self.instance, parameter=key)
            around[name] = exposed
        return parameters, around


def _free(name: str, taken: Collection[str]) -> str:
    """The name, or that name with a number; never one that means something in every loop."""
    found, number = name, 2
    while found in taken or found in (TURN, TURNS):
        found, number = f"{name}_{number}", number + 1
    return found


def corner(places: Iterable[Place]) -> Place:
    listed = list(places)
    return min((x for x, _ in listed), default=0.0), min((y for _, y in listed), default=0.0)


def dissolve_refusal(workflow: Workflow, instance: str) -> str:
    """Why a group cannot be dissolved, in one sentence; empty where it can."""
    node = workflow.graph.nodes[instance]
    definition = held(workflow.definitions, node.type)
    if definition is None:
        return tr("Only a group whose definition is in this file can be dissolved.")
    if node.state:
        return tr("A {state} group cannot be dissolved: let it run first.", state=tr(node.state))
    if definition.loop and turns_of(definition, node.parameters) > 1:
        return tr("A loop cannot be dissolved: its nodes stand for every turn. Set its turns to 1 first.")
    return ""


def dissolved(workflow: Workflow, instance: str, fresh: Sequence[str], drop: bool) -> Workflow:
    """What an instance holds takes its place; a node whose id is taken gets a fresh one. ``drop`` takes the definition out of the file."""
    definition = held(workflow.definitions, workflow.graph.nodes[instance].type)
    assert definition is not None
    return _Dissolving(workflow, instance, definition, fresh).done(drop)


class _Dissolving:
    def __init__(self, workflow: Workflow, instance: str, definition: Definition, fresh: Sequence[str]) -> None:
        self.before, self.instance, self.definition = workflow, instance, definition
        around = workflow.graph.nodes.keys() - {instance}
        spare = iter(fresh)
        self.names = {key: next(spare) if key in around or key in BORDER else key for key in definition.graph.nodes}
        self.unknown = dict(workflow.unknown_of_links)

    def done(self, drop: bool) -> Workflow:
        before, identity = self.before, definition_of(self.before.graph.nodes[self.instance].type)
        nodes = {key: node for key, node in before.graph.nodes.items() if key != self.instance} | dict(self._nodes())
        definitions = {key: found for key, found in before.definitions.items() if not (drop and key == identity)}
        links = dict.fromkeys([*self._links_around(), *self._links_inside()])
        kept = {key: place for key, place in before.layout.items() if key != self.instance}
        return replace(
            before,
            graph=Graph(nodes, links),
            layout=kept | dict(self._places()),
            exposed={name: self._led_inside(exposed) for name, exposed in before.exposed.items()},
            unknown_of_links={link: unknown for link, unknown in self.unknown.items() if link in links},
            definitions=definitions,
            board=before.board.together(self._board()),
        )

    def _nodes(self) -> Iterator[tuple[str, Node]]:
        """The inner nodes, with what the instance sets."""
        values = self.before.graph.nodes[self.instance].parameters
        for key, node in self.definition.graph.nodes.items():
            typed = {e.parameter: values[name] for name, e in self.definition.parameters.items() if e.node == key and name in values}
            yield self.names[key], replace(node, parameters={**node.parameters, **typed}) if typed else node

    def _board(self) -> Board:
        """What lies on the board inside, under ids that the outside does not know."""
        inner = self.definition.board
        (left, top), (x, y) = corner(self.definition.layout.values()), self.before.layout.get(self.instance, (0.0, 0.0))
        pieces = {key: f"{self.instance}.{key}" for key in inner.pieces}
        return inner.renamed({**self.names, **pieces}, (x - left, y - top))

    def _places(self) -> Iterator[tuple[str, Place]]:
        inner = {key: place for key, place in self.definition.layout.items() if key in self.names}
        (left, top), (x, y) = corner(inner.values()), self.before.layout.get(self.instance, (0.0, 0.0))
        return ((self.names[key], (place[0] + x - left, place[1] + y - top)) for key, place in inner.items())

    def _led_inside(self, exposed: Exposed) -> Exposed:
        inner = self.definition.parameters.get(exposed.parameter) if exposed.node == self.instance else None
        return replace(exposed, node=self.names.get(inner.node, inner.node), parameter=inner.parameter) if inner else exposed

    def _given(self, entry: str) -> list[tuple[str, str]]:
        """What is linked to one of the instance's inputs."""
        return [(link.source, link.output) for link in self.before.graph.into(self.instance) if link.input == entry]

    def _gives(self, out: str) -> Iterator[tuple[str, str]]:
        """What makes one of the instance's outputs: an inner node, or what goes straight through."""
        for link in self.definition.graph.into(OUTPUTS):
            if link.input == out and link.source == INPUTS:
                yield from self._given(link.output)
            elif link.input == out:
                yield self.names.get(link.source, link.source), link.output

    def _links_around(self) -> Iterator[Link]:
        for link in self.before.graph.links:
            if link.source == self.instance:
                for source, output in self._gives(link.output):
                    yield self._known(Link(source, output, link.target, link.input), self.before.unknown_of_links.get(link))
            elif link.target != self.instance:
                yield link

    def _links_inside(self) -> Iterator[Link]:
        driven = {(e.node, e.parameter): sources for key, e in self.definition.parameters.items() if (sources := self._given(key))}
        for link in self.definition.graph.links:
            target, unknown = self.names.get(link.target, link.target), self.definition.unknown_of_links.get(link)
            if link.target == OUTPUTS or (link.target, link.input) in driven:
                continue
            if link.source != INPUTS:
                yield self._known(Link(self.names.get(link.source, link.source), link.output, target, link.input), unknown)
                continue
            for source, output in self._given(link.output):
                yield self._known(Link(source, output, target, link.input), unknown)
        for (node, parameter), sources in driven.items():
            for source, output in sources:
                yield Link(source, output, self.names.get(node, node), parameter)

    def _known(self, link: Link, unknown: Mapping[str, object] | None) -> Link:
        if unknown:
            self.unknown[link] = unknown
        return link


def with_new_end(workflow: Workflow, identity: str, link: Link, types: Mapping[str, NodeType]) -> tuple[Workflow, Link]:
    """Inside a group, a link to or from its border that makes an end of its own: the workflow with that end, and the link to it."""
    definition = workflow.definitions[identity]
    assert isinstance(definition, Definition)
    if link.source == INPUTS:
        accepted = accepted_types(workflow.graph, types, link)
        key = _free(link.input, {**definition.inputs, **workflow.exposed})
        definition = replace(definition, inputs={**definition.inputs, key: End(next(iter(accepted), ""))})
        link = Link(INPUTS, key, link.target, link.input)
    else:
        key = _free(link.output, definition.outputs)
        definition = replace(
            definition, outputs={**definition.outputs, key: End(output_type(workflow.graph, types, link.source, link.output))}
        )
        link = Link(link.source, link.output, OUTPUTS, key)
    return replace(workflow, definitions={**workflow.definitions, identity: definition}), link


def without_end(whole: Workflow, identity: str, side: str, key: str) -> Workflow:
    """The file without one input (``side`` is "inputs") or output of a definition, and without the links to it, inside and outside."""
    definition = whole.definitions[identity]
    assert isinstance(definition, Definition)
    ends = definition.inputs if side == INPUTS else definition.outputs
    kept = {name: end for name, end in ends.items() if name != key}
    loop = definition.loop
    if loop:
        carried = {entry: out for entry, out in loop.carried.items() if key != (entry if side == INPUTS else out)}
        loop = replace(loop, carried=carried, collected=tuple(out for out in loop.collected if side == INPUTS or out != key))
    inner = (link for link in definition.graph.links if key != _border_end(link, side))
    definition = replace(definition, loop=loop, graph=Graph(definition.graph.nodes, inner))
    definition = replace(definition, inputs=kept) if side == INPUTS else replace(definition, outputs=kept)

    def unlinked(graph: Graph) -> Graph:
        users = {name for name, node in graph.nodes.items() if node.type == INSTANCE + identity}
        links = [link for link in graph.links if (link.target, link.input) not in {(user, key) for user in users}]
        if side == OUTPUTS:
            links = [link for link in graph.links if not (link.source in users and link.output == key)]
        return graph if len(links) == len(graph.links) else Graph(graph.nodes, links)

    return with_graphs(replace(whole, definitions={**whole.definitions, identity: definition}), unlinked)


def _border_end(link: Link, side: str) -> str:
    """The end of the border that an inner link leads over, on one side."""
    if side == INPUTS:
        return link.output if link.source == INPUTS else ""
    return link.input if link.target == OUTPUTS else ""


def made_unique(workflow: Workflow, instance: str, identity: str) -> Workflow:
    """The instance gets a copy of its definition, under a new id: what is changed there changes here alone."""
    node = workflow.graph.nodes[instance]
    definition = held(workflow.definitions, node.type)
    assert definition is not None
    names = {found.name for found in workflow.definitions.values() if isinstance(found, Definition)}
    number = 2
    while (name := f"{definition.name} {number}") in names:
        number += 1
    return replace(
        workflow,
        graph=workflow.graph.with_node(instance, replace(node, type=INSTANCE + identity)),
        definitions={**workflow.definitions, identity: replace(definition, name=name)},
    )
