"""Graphs to measure on, the same for any engine: read from files, or made here.

A graph is a dictionary: ``nodes`` with ``id``, ``op``, ``params`` and ``inputs`` (port to source and output number), ``outputs``,
what they are ``expected`` to give, and ``edits`` of a leaf and of the root: node, parameter and how many nodes must run again
(``dirty``).
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graph_engine import Graph, Link, Node
from tests.bench.operations import catalogue
from tests.bench.plain import calls_in_order, run_plainly, seen

Neutral = dict[str, Any]
Op = tuple[str, str, dict[str, int], list[str]]
"""Id, operation, parameters, sources in the order of its inputs."""


def read_graphs(folder: Path) -> Iterator[Neutral]:
    """Every graph of a folder, by family and size."""
    found = [json.loads(path.read_text()) for path in folder.glob("*.json")]
    yield from sorted(found, key=lambda graph: (graph["name"].split("_")[0], graph["n_nodes"]))


def made_graphs() -> Iterator[Neutral]:
    """Chains, a fan, a ladder of diamonds, a random lattice, a chain of tensors."""
    yield from (chain(100), chain(1000), chain(5000), fan(1000), ladder(333), lattice(2000), tensor_chain(1000))


def chain(length: int) -> Neutral:
    ops: list[Op] = [("n0", "int_const", {"value": 1}, [])]
    ops += [(f"n{i}", "int_addk", {"k": i % 7 + 1}, [f"n{i - 1}"]) for i in range(1, length)]
    return _graph(f"chain_{length}", ops, f"n{length - 1}", ("n0", "value"), (f"n{length - 2}", "k"))


def fan(width: int) -> Neutral:
    ops: list[Op] = [("n0", "int_const", {"value": 1}, [])]
    ops += [(f"f{i}", "int_addk", {"k": i + 1}, ["n0"]) for i in range(width)]
    ops += [("sum", "int_sum", {"k": 0}, [f"f{i}" for i in range(width)])]
    return _graph(f"fan_{width}", ops, "sum", ("n0", "value"), (f"f{width - 1}", "k"))


def ladder(count: int) -> Neutral:
    ops: list[Op] = [("d0", "int_const", {"value": 1}, [])]
    for i in range(count):
        ops += [(f"b{i}", "int_addk", {"k": 1}, [f"d{i}"]), (f"c{i}", "int_addk", {"k": 2}, [f"d{i}"])]
        ops += [(f"d{i + 1}", "int_add2", {"k": 0}, [f"b{i}", f"c{i}"])]
    return _graph(f"ladder_{count}", ops, f"d{count}", ("d0", "value"), (f"c{count - 1}", "k"))


def lattice(count: int, layer: int = 40, seed: int = 1) -> Neutral:
    """Nodes in layers, each fed by the one below it, so that all are needed, and by two more of the layers below; gathered by threes."""
    source = random.Random(seed)
    ops: list[Op] = [(f"n{i}", "int_const", {"value": i + 1}, []) for i in range(layer)]
    for i in range(layer, count):
        below = range(max(0, i - i % layer - 2 * layer), i - i % layer)
        ops += [(f"n{i}", "int_add3", {"k": i % 5}, [f"n{i - layer}", *(f"n{one}" for one in source.sample(below, 2))])]
    level, row = [f"n{i}" for i in range(count - layer, count)], 0
    while len(level) > 1:
        gathered = []
        for start in range(0, len(level), 3):
            three = (level[start : start + 3] * 3)[:3]
            ops += [(f"r{row}", "int_add3", {"k": 0}, three)]
            gathered.append(f"r{row}")
            row += 1
        level = gathered
    return _graph(f"rand_{count}", ops, level[0], ("n0", "value"), (level[0], "k"))


def tensor_chain(length: int) -> Neutral:
    ops: list[Op] = [("n0", "t_fill", {"value": 1, "side": 64}, [])]
    ops += [(f"n{i}", "t_addk", {"k": 1}, [f"n{i - 1}"]) for i in range(1, length)]
    return _graph(f"tchain_{length}", ops, f"n{length - 1}", ("n0", "value"), (f"n{length - 2}", "k"))


def engine_graph(neutral: Neutral) -> Graph:
    """The graph as Tessera has it."""
    ops = {node["id"]: node["op"] for node in neutral["nodes"]}
    nodes, links = {}, []
    for node in neutral["nodes"]:
        op = node["op"]
        if op == "sink" and ops[next(iter(node["inputs"].values()))[0]].startswith("t_"):
            op = "t_sink"
        nodes[node["id"]] = Node(f"bench/{op}", parameters=node["params"])
        many = catalogue[f"bench/{op}"].many
        for port, (source, _) in node["inputs"].items():
            output = catalogue["bench/" + ops[source]].outputs[0].name
            links.append(Link(source, output, node["id"], many[0] if many else port))
    return Graph(nodes, links)


def _graph(name: str, ops: list[Op], last: str, root: tuple[str, str], leaf: tuple[str, str]) -> Neutral:
    ops = [*ops, ("out", "sink", {}, [last])]
    nodes = [
        {"id": key, "op": op, "params": params, "inputs": {_port(op, i): [one, 0] for i, one in enumerate(sources)}}
        for key, op, params, sources in ops
    ]
    params = {key: params for key, _, params, _ in ops}
    edits = {
        kind: {"node": node, "param": param, "base": params[node][param], "dirty": _behind(ops, node)}
        for kind, (node, param) in (("root", root), ("leaf", leaf))
    }
    random.Random(name).shuffle(nodes)
    neutral = {"name": name, "nodes": nodes, "outputs": ["out"], "edits": edits, "n_nodes": len(nodes)}
    return {**neutral, "expected": seen(run_plainly(calls_in_order(neutral))["out"])}


def _port(op: str, number: int) -> str:
    return "x" if op == "sink" else f"i{number}" if op == "int_sum" else "abc"[number]


def _behind(ops: list[Op], node: str) -> int:
    """How many nodes must run again when this one changes: itself and what it leads to."""
    dirty = {node}
    for key, _, _, sources in ops:
        if not dirty.isdisjoint(sources):
            dirty.add(key)
    return len(dirty)
