"""Graphs as frozen data."""

import pytest

from graph_engine import Graph, Link, Node


def test_an_edit_leaves_the_graph_before_as_it_was(sum_graph):
    before = Graph(sum_graph.nodes, sum_graph.links)
    edited = sum_graph.with_parameter("1", "value", 5).with_node("9", Node("numbers/number")).without(["2"])
    assert sum_graph == before and edited != before
    assert set(edited.nodes) == {"1", "3", "9"} and edited.links == ()


def test_nodes_cannot_be_written_to(sum_graph):
    with pytest.raises(TypeError):
        sum_graph.nodes["1"] = Node("numbers/add")
    with pytest.raises(AttributeError):
        sum_graph.nodes["1"].title = "mine"


def test_a_link_takes_the_place_of_what_held_the_input(sum_graph):
    link = Link("1", "integer", "3", "a")
    assert sum_graph.with_link(link).into("3") == (link,)
    assert len(sum_graph.with_link(link, many=True).into("3")) == 2
    assert sum_graph.with_link(link).without_link(link).into("3") == ()


def test_an_edited_graph_knows_what_it_is_made_of(sum_graph):
    edited = sum_graph.with_parameter("2", "b", 4)
    assert edited.upstream(["3"]) == {"1", "2", "3"} and edited.downstream(["2"]) == {"2", "3"}
    assert edited.worked_out == {} and edited.would_cycle("3", "1") and not edited.would_cycle("1", "3")


def test_order_puts_sources_first_and_leaves_circles_out():
    links = [Link(source, "x", target, "x") for source, target in ("cb", "ba", "rs", "sr", "st")]
    graph = Graph({key: Node("t") for key in "abcrst"}, links)
    assert graph.in_order(graph.nodes) == ["c", "b", "a"]
