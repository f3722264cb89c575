"""An item of a batch is known by a workflow that makes it alone."""

from __future__ import annotations

import pytest

from app.album.items import alone, other_items
from graph_engine import Catalogue, Graph, Link, Node, Workflow, discover


@pytest.fixture(scope="module")
def types() -> Catalogue:
    return Catalogue.from_json(discover("nodes.library").to_json())


def batch(**parameters: object) -> Workflow:
    nodes = {"1": Node("sampling/generate", parameters=parameters), "2": Node("tokenizer/decode"), "3": Node("output/preview")}
    return Workflow(Graph(nodes, [Link("1", "latent", "2", "latent"), Link("2", "image", "3", "image")]))


def test_an_item_of_a_batch_becomes_its_first_and_only_one(types: Catalogue) -> None:
    made = alone(batch(seed=7, count=8, first=2), "3", 3, types).graph.nodes["1"].parameters
    assert made == {"seed": 7, "count": 1, "first": 5}


def test_an_item_of_seeds_in_a_row_is_made_by_its_own_seed(types: Catalogue) -> None:
    graph = batch().graph.with_node("4", Node("source/seeds", parameters={"seed": {"value": 40, "policy": "random"}, "count": 9}))
    workflow = Workflow(Graph(graph.nodes, [*graph.links, Link("4", "integer", "1", "seed")]))
    made = alone(workflow, "3", 2, types).graph.nodes["4"].parameters
    assert made == {"seed": {"value": 42, "policy": "fixed"}, "count": 1}


def test_what_is_no_item_of_a_batch_stays_as_it_is(types: Catalogue) -> None:
    assert alone(batch(count=1), "3", 1, types) == batch(count=1)


def test_an_item_from_within_a_batch_is_made_alone_where_its_seed_is_used(types: Catalogue) -> None:
    item, here = alone(batch(count=8), "3", 3, types).graph, batch(count=8).graph
    assert other_items(item, "3", here, types) == {"1": {"first": 3, "count": 1}}
    assert other_items(here, "3", item, types) == {"1": {"first": 0}}
    assert other_items(here, "3", here, types) == {}
