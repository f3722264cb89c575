"""The real catalogue, and imports into it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from app.comfyui.importing import imported
from app.comfyui.reading import parsed
from app.comfyui.report import Report
from graph_engine import Catalogue, Node, Workflow, discover
from graph_engine.check import Problem
from graph_engine.flatten import flattened, problems_of
from graph_engine.graph import Graph
from tests.app.comfyui.hand_made import written


@pytest.fixture(scope="session")
def types() -> Catalogue:
    return Catalogue.from_json(discover("nodes.library").to_json())


class Made(NamedTuple):
    workflow: Workflow
    report: Report
    types: Catalogue

    def of(self, node_type: str) -> Node:
        """The one node of a type."""
        (found,) = (node for node in self.workflow.graph.nodes.values() if node.type == node_type)
        return found

    def flat(self) -> Graph:
        """The graph that runs, groups laid out."""
        return flattened(self.workflow, self.types).graph

    def links(self) -> set[tuple[str, str, str, str]]:
        """Links by the types of their nodes."""
        nodes = self.workflow.graph.nodes
        return {(nodes[link.source].type, link.output, nodes[link.target].type, link.input) for link in self.workflow.graph.links}

    def outcomes(self) -> dict[str, str]:
        return {f"{item.type} {item.id}": item.outcome for item in self.report.items}

    def sentence(self, identity: str) -> str:
        return next(item.sentence for item in self.report.items if item.id == identity)

    def problems(self) -> list[Problem]:
        return problems_of(self.workflow, self.types)


@pytest.fixture
def made(types: Catalogue) -> Callable[..., Made]:
    """Import parsed JSON."""

    def make(raw: Any, **options: Any) -> Made:
        found = imported(parsed(written(raw), "x.json"), "x.json", types, **options)
        return Made(found.workflow, found.report, types)

    return make
