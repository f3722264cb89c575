"""What lies between two workflows leads from one to the other, and is small where little changed."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from graph_engine import Graph, Link, Node, Workflow, read, write
from graph_engine.difference import difference, plain, take_difference
from tests.graph_engine.test_round_trips import quick, without_reasons, workflows


def sent(data):
    return json.loads(json.dumps(data))


def after_taking(before, *differences):
    held = sent(plain(before))
    for found in differences:
        take_difference(held, sent(found))
    return read(json.dumps(held).encode())


@settings(quick, max_examples=30)
@given(st.lists(workflows(), min_size=2, max_size=4))
def test_differences_one_after_another_lead_to_the_last_workflow(made):
    steps = [difference(before, after) for before, after in zip(made, made[1:], strict=False)]
    found = after_taking(made[0], *steps)
    assert without_reasons(found) == without_reasons(made[-1])
    assert write(found) == write(made[-1])


@given(workflows())
@quick
def test_a_workflow_differs_in_nothing_from_itself(workflow):
    assert difference(workflow, workflow) == {}


def test_one_and_one_point_naught_differ():
    one, other = (Workflow(Graph({"1": Node("a/b", parameters={"x": value})})) for value in (1, 1.0))
    assert after_taking(one, difference(one, other)).graph.nodes["1"].parameters["x"].hex() == (1.0).hex()


def test_unknown_fields_come_in_the_order_of_the_last_workflow():
    one, other = Workflow(unknown={"b": 1}), Workflow(unknown={"a": 2, "b": 1})
    assert list(after_taking(one, difference(one, other)).unknown) == ["a", "b"]


def test_an_edit_in_a_large_graph_is_a_small_difference():
    nodes = {str(number): Node("a/b") for number in range(2000)}
    links = [Link(str(number), "x", str(number + 1), "y") for number in range(1999)]
    before = Workflow(Graph(nodes, links), dict.fromkeys(nodes, (0.0, 0.0)))
    graph = before.graph.with_parameter("700", "x", 3).without_link(links[900])
    after = replace(before, graph=graph, layout={**before.layout, "5": (1.0, 2.0)})
    assert len(json.dumps(difference(before, after))) < 300
    assert after_taking(before, difference(before, after)) == after
