"""Problems and refusals, each with its sentence."""

from pathlib import Path
from typing import Annotated

import pytest

from graph_engine import File, Graph, Link, Node, check, declared, link_refusal, node
from graph_engine.check import errors


def messages(graph, toys, **options):
    return [problem.message for problem in errors(check(graph, toys, **options))]


def test_a_sound_graph_has_no_problems(sum_graph, toys):
    assert check(sum_graph, toys) == []


def test_an_unconnected_input_is_named(toys):
    assert messages(Graph({"1": Node("numbers/add")}), toys) == ["input a is not connected"]


def test_a_wrong_type_says_what_is_taken_and_what_came(toys):
    graph = Graph({"1": Node("pictures/swatch"), "2": Node("numbers/add")}, [Link("1", "swatch", "2", "a")])
    assert messages(graph, toys) == ["input a of Add takes Integer, got Swatch from Swatch"]


def test_a_circle_is_named_and_not_followed_forever(toys):
    graph = Graph({"1": Node("numbers/add"), "2": Node("numbers/add")}, [Link("1", "integer", "2", "a"), Link("2", "integer", "1", "a")])
    assert messages(graph, toys, targets=["2"]) == ["nodes feed each other in a circle: 1 → 2 → 1"]


@pytest.mark.parametrize(
    ("value", "message"),
    [(2000, "value: must be within 0 to 1000, got 2000"), (1.5, "value: must be a whole number, got 1.5"),
     (True, "value: must be a whole number, got True"), ("x", "value: must be a whole number, got 'x'")],
)  # fmt: skip
def test_a_bad_value_says_the_rule_and_what_came(toys, value, message):
    assert messages(Graph({"1": Node("numbers/number", parameters={"value": value})}), toys) == [message]


def test_an_unknown_node_hinders_only_what_needs_it(sum_graph, toys):
    graph = sum_graph.with_node("9", Node("stranger/thing"))
    assert messages(graph, toys, targets=["3"]) == []
    assert messages(graph, toys, targets=["9"]) == ["node type 'stranger/thing' is not installed"]


def test_a_newer_node_is_a_problem(toys):
    assert "was made with version 9" in messages(Graph({"1": Node("numbers/number", 9)}), toys)[0]


def test_a_link_to_a_missing_node_is_a_problem(toys):
    assert "names node 7, which is not there" in messages(Graph({"2": Node("numbers/add")}, [Link("7", "integer", "2", "a")]), toys)[0]


def test_a_link_that_closes_a_circle_is_refused(sum_graph, toys):
    assert "circle" in link_refusal(sum_graph, toys, Link("3", "integer", "2", "b"))


def test_a_link_may_drive_a_parameter_of_its_plain_type(sum_graph, toys):
    assert link_refusal(sum_graph, toys, Link("1", "integer", "3", "b")) is None
    assert "takes Integer, got Swatch" in link_refusal(
        sum_graph.with_node("4", Node("pictures/swatch")), toys, Link("4", "swatch", "3", "b")
    )


def test_a_diamond_chain_is_checked_in_linear_time(toys):
    nodes = {str(i): Node("numbers/add") for i in range(60)} | {"s": Node("numbers/number")}
    links = [Link("s", "integer", "0", "a")]
    for i in range(59):
        links += [Link(str(i), "integer", str(i + 1), "a"), Link(str(i), "integer", str(i + 1), "b")]
    assert check(Graph(nodes, links), toys) == []


def test_an_input_that_takes_one_link_says_so_when_a_file_holds_two(sum_graph, toys):
    graph = Graph(sum_graph.nodes, [*sum_graph.links, Link("1", "integer", "3", "a")])
    assert messages(graph, toys) == ["input a of Add takes one link, got 2"]


def test_a_file_takes_no_link(toys):
    graph = Graph({"1": Node("pictures/caption")})
    file = declared(opened_by_name, "t")
    types = {**toys, file.id: file}
    refusal = link_refusal(graph.with_node("2", Node(file.id)), types, Link("1", "text", "2", "file"))
    assert refusal == "file of Opened by name takes no link: the file must be known before the run"


def test_a_check_of_the_same_graph_is_done_once(sum_graph, toys):
    first = check(sum_graph, toys)
    first.append("not kept")
    assert check(sum_graph, toys) == [] and check(sum_graph, {})[0].message == "the graph has nothing to run"


def test_a_long_circle_is_found_in_a_blink(toys):
    count = 3000
    nodes = {str(i): Node("numbers/add") for i in range(count)}
    links = [Link(str(i), "integer", str((i + 1) % count), "a") for i in range(count)]
    assert messages(Graph(nodes, links), toys, targets=["0"])[0].startswith("nodes feed each other in a circle: ")


@node()
def opened_by_name(file: Annotated[str, File()] = "") -> str:
    """Read a file.

    Args:
        file: which.
    """
    return Path(file).read_text()
