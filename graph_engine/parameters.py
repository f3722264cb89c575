"""From what a graph says of parameters to what a function gets: defaults, and seeds with their policies."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from graph_engine.declaration import NodeType
from graph_engine.graph import Graph, Node
from graph_engine.kinds import SEED_LIMIT, SEED_POLICIES, Seed, broken_rule

__all__ = ["SEED_POLICIES", "broken_rule", "drawn_seeds", "resolved", "seed_policy", "seed_value", "seeds", "with_seed"]


def seed_value(value: Any) -> int:
    """The number of a seed written as an object or as a plain number."""
    return int(value["value"]) if isinstance(value, Mapping) else int(value)


def seed_policy(value: Any) -> str:
    return str(value.get("policy", "fixed")) if isinstance(value, Mapping) else "fixed"


def resolved(node_type: NodeType, node: Node, driven: Collection[str] = ()) -> dict[str, Any]:
    """What the function gets for each parameter that no link drives: the node's value or the default, seeds and numbers as plain ones."""
    found = node_type.defaults.copy()
    for name, value in node.parameters.items():
        if name in found:
            found[name] = value
    for name in driven:
        found.pop(name, None)
    for name in node_type.numbers:
        if name in found:
            found[name] = float(found[name])
    for name in node_type.seeds:
        if name in found:
            found[name] = seed_value(found[name])
    return found


def drawn_seeds(graph: Graph, types: Mapping[str, NodeType], randomness: random.Random | None = None) -> Graph:
    """The graph with the seed policies applied, as is done before each run: random seeds drawn anew, incremented ones raised by one."""
    source = randomness or random.SystemRandom()
    changed: dict[str, Node] = {}
    for identity, name, value in _written_seeds(graph, types):
        policy = seed_policy(value)
        if policy == "random":
            drawn = source.randrange(2**32)
        elif policy == "increment" and not broken_rule(Seed(), value):
            drawn = (seed_value(value) + 1) % SEED_LIMIT
        else:
            continue
        node = changed.get(identity, graph.nodes[identity])
        parameters = {**node.parameters, name: {"value": drawn, "policy": policy}}
        changed[identity] = msgspec.structs.replace(node, parameters=parameters)
    return graph.with_nodes(changed)


def with_seed(graph: Graph, types: Mapping[str, NodeType], seed: int) -> Graph:
    """The graph with every seed set to one value, fixed."""
    changed: dict[str, Node] = {}
    for identity, name in _seed_parameters(graph, types, graph.nodes):
        node = changed.get(identity, graph.nodes[identity])
        parameters = {**node.parameters, name: {"value": seed, "policy": "fixed"}}
        changed[identity] = msgspec.structs.replace(node, parameters=parameters)
    return graph.with_nodes(changed)


def seeds(graph: Graph, types: Mapping[str, NodeType], nodes: Iterable[str] | None = None) -> dict[str, int]:
    """The seed of every node that has one (of ``nodes``, all by default); a seed that breaks its rule is left out."""
    found: dict[str, int] = {}
    for identity, name in _seed_parameters(graph, types, graph.nodes if nodes is None else nodes):
        node = graph.nodes[identity]
        parameter = types[node.type].parameter(name)
        value = node.parameters.get(name, parameter.default if parameter else 0)
        if not broken_rule(Seed(), value):
            found[identity] = seed_value(value)
    return found


def _seed_parameters(graph: Graph, types: Mapping[str, NodeType], nodes: Iterable[str]) -> Iterator[tuple[str, str]]:
    for identity in nodes:
        if node_type := types.get(graph.nodes[identity].type):
            for name in node_type.seeds:
                yield identity, name


def _written_seeds(graph: Graph, types: Mapping[str, NodeType]) -> Iterator[tuple[str, str, Any]]:
    """Seeds that the graph says something of; the others keep their default."""
    for identity, name in _seed_parameters(graph, types, graph.nodes):
        parameters = graph.nodes[identity].parameters
        if name in parameters:
            yield identity, name, parameters[name]
