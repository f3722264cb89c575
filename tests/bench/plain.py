"""What engines are measured against: loops over the same functions, in an order worked out beforehand.

*order* only calls; *hash* makes a content key a node and keeps results by key; *incremental* does so for what changed alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from tests.bench.operations import catalogue


class Call(NamedTuple):
    """A node in a plain loop: ``gathers`` says that its sources are one argument."""

    node: str
    function: Callable[..., Any]
    sources: tuple[str, ...]
    params: dict[str, Any]
    gathers: bool


def calls_in_order(neutral: dict[str, Any]) -> list[Call]:
    """The graph as calls, sources first."""
    nodes = {node["id"]: node for node in neutral["nodes"]}
    done: dict[str, Call] = {}
    waiting = list(nodes)
    while waiting:
        node = nodes[waiting[-1]]
        sources = tuple(source for source, _ in node["inputs"].values())
        unmet = [source for source in sources if source not in done]
        if node["id"] in done or not unmet:
            waiting.pop()
            function = catalogue.function(f"bench/{node['op']}")
            done.setdefault(node["id"], Call(node["id"], function, sources, node["params"], node["op"] == "int_sum"))
        waiting.extend(unmet)
    return list(done.values())


def seen(value: Any) -> float:
    """What a graph's ``expected`` says of a value: a number, or the sum of a tensor's elements."""
    return value if isinstance(value, int) else float(value.sum())


def run_plainly(calls: Sequence[Call]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for node, function, sources, params, gathers in calls:
        taken = [values[source] for source in sources]
        values[node] = function(taken, **params) if gathers else function(*taken, **params)
    return values


class Hashed:
    """Results by content key, kept from run to run."""

    def __init__(self) -> None:
        self.results: dict[bytes, Any] = {}
        self.keys: dict[str, bytes] = {}

    def run(self, calls: Sequence[Call]) -> Any:
        """Make keys for these calls and call what has no result; calls that are left out stand as they were."""
        value = None
        for call in calls:
            said = json.dumps([call.function.__name__, call.params], sort_keys=True).encode()
            key = hashlib.blake2b(b"".join([said, *[self.keys[source] for source in call.sources]]), digest_size=16).digest()
            self.keys[call.node] = key
            if key not in self.results:
                taken = [self.results[self.keys[source]] for source in call.sources]
                self.results[key] = call.function(taken, **call.params) if call.gathers else call.function(*taken, **call.params)
            value = self.results[key]
        return value


def changed(calls: Sequence[Call], node: str, param: str, value: Any) -> list[Call]:
    return [call._replace(params={**call.params, param: value}) if call.node == node else call for call in calls]


def behind(calls: Sequence[Call], node: str) -> list[Call]:
    """The node's call and those that it leads to."""
    dirty = {node}
    for call in calls:
        if not dirty.isdisjoint(call.sources):
            dirty.add(call.node)
    return [call for call in calls if call.node in dirty]
