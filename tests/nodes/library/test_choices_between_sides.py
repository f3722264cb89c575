"""Switch and Choose: one side runs."""

import pytest

from graph_engine import Cache, Graph, Link, MemoryCache, Node, discover, execute


@pytest.fixture(scope="module")
def catalogue():
    return discover("nodes.library")


def words(**texts):
    return {name: Node("prompt/prompt", parameters={"text": text}) for name, text in texts.items()}


def run(graph, catalogue):
    return execute(graph, catalogue, Cache(MemoryCache()), targets=["s"])


@pytest.mark.parametrize(("choice", "side", "text"), [(True, "a", "here"), (False, "b", "there")])
def test_switch_makes_the_side_that_it_takes(catalogue, choice, side, text):
    nodes = words(a="here", b="there") | {"s": Node("logic/switch", parameters={"choice": choice})}
    outcome = run(Graph(nodes, [Link("a", "text", "s", "on"), Link("b", "text", "s", "off")]), catalogue)
    assert (outcome.results["s"][0].description, outcome.ran) == (text, (side, "s"))


def test_choose_makes_the_one_of_its_number(catalogue):
    nodes = words(a="first", b="second", c="third") | {"s": Node("logic/choose", parameters={"number": 3})}
    links = [Link(name, "text", "s", taken) for name, taken in (("a", "one"), ("b", "two"), ("c", "three"))]
    outcome = run(Graph(nodes, links), catalogue)
    assert (outcome.results["s"][0].description, outcome.ran) == ("third", ("c", "s"))


@pytest.mark.parametrize(("node", "message"), [("logic/switch", "on: must be connected"), ("logic/choose", "one: must be connected")])
def test_a_side_that_is_taken_and_not_connected_is_named(catalogue, node, message):
    (failed,) = run(Graph({"s": Node(node)}), catalogue).failures
    assert failed.message.startswith(message) and failed.remedy
