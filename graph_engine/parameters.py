"""What a parameter may hold: the rule of each kind, defaults, and seeds with their policies."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Mapping
from typing import Any

from graph_engine.declaration import (
    SEED_LIMIT,
    AnyKind,
    Choice,
    Color,
    File,
    Integer,
    NodeType,
    Number,
    Seed,
    Text,
    Toggle,
)
from graph_engine.graph import Graph, Node

SEED_POLICIES = ("fixed", "random", "increment")


def broken_rule(kind: AnyKind, value: Any) -> str | None:
    """The rule that a value breaks and what came, as ``"must be within 0 to 200, got 900"``; None where it fits."""
    rule = _rule(kind, value)
    return f"{rule}, got {_shown(value)}" if rule else None


def _rule(kind: AnyKind, value: Any) -> str | None:
    match kind:
        case Number():
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                return "must be a number"
            return _range_rule(kind.hard, value, kind.unit)
        case Integer():
            if isinstance(value, bool) or not isinstance(value, int):
                return "must be a whole number"
            return _range_rule(kind.hard, value, kind.unit)
        case Seed():
            return None if _is_seed(value) else "must be a whole number from 0 to 2^64 − 1, with a policy of " + _listed(SEED_POLICIES)
        case Toggle():
            return None if isinstance(value, bool) else "must be true or false"
        case Text() | File():
            return None if isinstance(value, str) else "must be text"
        case Choice():
            return None if value in kind.options else "must be one of " + _listed(kind.options)
        case Color():
            valid = isinstance(value, str) and re.fullmatch(r"#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?", value)
            return None if valid else "must be a color as #rrggbb or #rrggbbaa"


def _range_rule(hard: tuple[float | None, float | None], value: float, unit: str) -> str | None:
    low, high = hard
    if (low is None or value >= low) and (high is None or value <= high):
        return None
    suffix = f" {unit}" if unit else ""
    if low is None:
        return f"must be at most {high:g}{suffix}"
    return f"must be at least {low:g}{suffix}" if high is None else f"must be within {low:g} to {high:g}{suffix}"


def _is_seed(value: Any) -> bool:
    if isinstance(value, Mapping):
        return set(value) <= {"value", "policy"} and value.get("policy", "fixed") in SEED_POLICIES and _is_seed(value.get("value"))
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < SEED_LIMIT


def _listed(options: tuple[str, ...]) -> str:
    return ", ".join(repr(option) for option in options)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def seed_value(value: Any) -> int:
    """The number of a seed written as an object or as a plain number."""
    return int(value["value"]) if isinstance(value, Mapping) else int(value)


def seed_policy(value: Any) -> str:
    return str(value.get("policy", "fixed")) if isinstance(value, Mapping) else "fixed"


def resolved(node_type: NodeType, node: Node) -> dict[str, Any]:
    """What the function gets for each parameter: the node's value or the default; a seed as its number, a number as a float."""
    found: dict[str, Any] = {}
    for parameter in node_type.parameters:
        value = node.parameters.get(parameter.name, parameter.default)
        if isinstance(parameter.kind, Seed):
            value = seed_value(value)
        elif isinstance(parameter.kind, Number):
            value = float(value)
        found[parameter.name] = value
    return found


def drawn_seeds(graph: Graph, types: Mapping[str, NodeType], randomness: random.Random | None = None) -> Graph:
    """The graph with the seed policies applied, as is done before each run: random seeds drawn anew, incremented ones raised by one."""
    source = randomness or random.SystemRandom()
    for identity, node in graph.nodes.items():
        for name, value in node.parameters.items():
            policy = seed_policy(value) if _has_seed(types.get(node.type), name) else "fixed"
            if policy == "random":
                graph = graph.with_parameter(identity, name, {"value": source.randrange(2**32), "policy": policy})
            elif policy == "increment":
                graph = graph.with_parameter(identity, name, {"value": (seed_value(value) + 1) % SEED_LIMIT, "policy": policy})
    return graph


def with_seed(graph: Graph, types: Mapping[str, NodeType], seed: int) -> Graph:
    """The graph with every seed set to one value, fixed."""
    for identity, node in graph.nodes.items():
        node_type = types.get(node.type)
        for parameter in node_type.parameters if node_type else ():
            if isinstance(parameter.kind, Seed):
                graph = graph.with_parameter(identity, parameter.name, {"value": seed, "policy": "fixed"})
    return graph


def seeds(graph: Graph, types: Mapping[str, NodeType]) -> dict[str, int]:
    """The seed of every node that has one."""
    found: dict[str, int] = {}
    for identity, node in graph.nodes.items():
        node_type = types.get(node.type)
        for parameter in node_type.parameters if node_type else ():
            if isinstance(parameter.kind, Seed):
                found[identity] = seed_value(node.parameters.get(parameter.name, parameter.default))
    return found


def _has_seed(node_type: NodeType | None, name: str) -> bool:
    parameter = node_type.parameter(name) if node_type else None
    return parameter is not None and isinstance(parameter.kind, Seed)
