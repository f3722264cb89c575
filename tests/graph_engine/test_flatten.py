"""Groups, loops, bypassed and muted nodes: what they become, and that the keys are those of the same graph drawn by hand."""

import pytest

from graph_engine import (
    Catalogue,
    Definition,
    End,
    Exposed,
    FileDigests,
    Graph,
    Link,
    Loop,
    Node,
    Workflow,
    execute,
    flattened,
    keys,
    problems_of,
)
from graph_engine import node as mark
from graph_engine.check import errors
from graph_engine.declaration import declared

TWICE = Definition(
    Graph(
        {"1": Node("numbers/add", parameters={"b": 5}), "2": Node("numbers/add")},
        [Link("inputs", "a", "1", "a"), Link("1", "integer", "2", "a"), Link("2", "integer", "outputs", "sum")],
    ),
    name="Twice",
    inputs={"a": End("Integer", "Start")},
    outputs={"sum": End("Integer")},
    parameters={"first": Exposed("1", "b")},
)
GROW = Definition(
    Graph({"1": Node("numbers/add")}, [Link("inputs", "sum", "1", "a"), Link("1", "integer", "outputs", "sum")]),
    name="Grow",
    inputs={"sum": End("Integer")},
    outputs={"sum": End("Integer")},
    parameters={"by": Exposed("1", "b")},
    loop=Loop(4, {"sum": "sum"}),
)


def instance(definition, **parameters):
    """1 is a number, 2 an instance that takes it, 3 adds one to what the instance gives."""
    nodes = {"1": Node("numbers/number"), "2": Node("definition:d", parameters=parameters), "3": Node("numbers/add")}
    entry, out = next(iter(definition.inputs)), next(iter(definition.outputs))
    links = [Link("1", "integer", "2", entry), Link("2", out, "3", "a")]
    return Workflow(Graph(nodes, links), definitions={"d": definition})


def chain(*added):
    """A number and what is added to it, one node after another, drawn by hand."""
    nodes = {"n": Node("numbers/number")} | {str(i): Node("numbers/add", parameters={"b": b}) for i, b in enumerate(added)}
    way = list(nodes)
    return Graph(nodes, [Link(a, "integer", b, "a") for a, b in zip(way, way[1:], strict=False)])


def last_key(graph, toys, node):
    return keys(graph, toys, FileDigests()).keys[node]


def says(workflow, toys, **options):
    return [(problem.node, problem.message) for problem in errors(problems_of(workflow, toys, **options))]


def ran(workflow, toys, cache):
    return execute(flattened(workflow, toys).graph, toys, cache, targets=["3"]).ran


def test_a_flat_graph_has_the_keys_of_the_one_drawn_by_hand(toys):
    flat = flattened(instance(TWICE), toys)
    assert set(flat.graph.nodes) == {"1", "2/1", "2/2", "3"} and flat.origin == {"2/1": "2", "2/2": "2"}
    assert last_key(flat.graph, toys, "3") == last_key(chain(5, 1, 1), toys, "2")


def test_a_graph_without_groups_is_its_own_flat_graph(sum_graph, toys):
    assert flattened(Workflow(sum_graph), toys).graph is sum_graph


def test_an_instance_sets_exposed_parameters(toys):
    flat = flattened(instance(TWICE, first=9), toys)
    assert last_key(flat.graph, toys, "3") == last_key(chain(9, 1, 1), toys, "2")


def test_a_link_may_drive_an_exposed_parameter(toys):
    workflow = instance(TWICE)
    linked = Workflow(workflow.graph.with_link(Link("1", "integer", "2", "first")), definitions=workflow.definitions)
    assert problems_of(linked, toys) == []
    assert {link for link in flattened(linked, toys).graph.links if link.source == "1"} == {
        Link("1", "integer", "2/1", "a"), Link("1", "integer", "2/1", "b"),
    }  # fmt: skip


def test_groups_lie_in_groups(toys):
    outer = Definition(
        Graph({"7": Node("definition:d", parameters={"first": 3})}, [Link("inputs", "a", "7", "a"), Link("7", "sum", "outputs", "sum")]),
        inputs={"a": End("Integer")}, outputs={"sum": End("Integer")}, parameters={"deep": Exposed("7", "first")},
    )  # fmt: skip
    nested = instance(outer, deep=8)
    workflow = Workflow(nested.graph, definitions={"d": TWICE, "outer": outer})
    workflow = Workflow(workflow.graph.with_node("2", Node("definition:outer", parameters={"deep": 8})), definitions=workflow.definitions)
    flat = flattened(workflow, toys)
    assert "2/7/1" in flat.graph.nodes and flat.owner("2/7/1") == "2"
    assert last_key(flat.graph, toys, "3") == last_key(chain(8, 1, 1), toys, "2")


def test_a_wrong_link_to_an_instance_is_refused_with_the_reason(toys):
    workflow = instance(TWICE)
    graph = workflow.graph.with_node("1", Node("pictures/swatch")).without_link(Link("1", "integer", "2", "a"))
    wrong = Workflow(graph.with_link(Link("1", "swatch", "2", "a")), definitions=workflow.definitions)
    assert says(wrong, toys) == [("2", "input Start of Twice takes Integer, got Swatch from Swatch")]
    missing = Workflow(graph, definitions=workflow.definitions)
    assert says(missing, toys) == [("2", "input Start is not connected")]


def test_a_problem_inside_names_instance_and_inner_node(toys):
    assert says(instance(TWICE, first="x"), toys) == [("2", "first: must be a whole number, got 'x'")]
    broken = Definition(TWICE.graph.with_parameter("2", "b", "x"), inputs=TWICE.inputs, outputs=TWICE.outputs)
    assert says(instance(broken), toys) == [("2/2", "b: must be a whole number, got 'x'")]


def test_a_definition_that_holds_itself_is_refused_with_a_sentence(toys):
    definition = Definition(TWICE.graph.with_node("5", Node("definition:d")), name="Snake", inputs=TWICE.inputs, outputs=TWICE.outputs)
    assert says(instance(definition), toys) == [("2", "a definition must not hold itself: Snake → Snake")]


def test_an_instance_without_definition_hinders_only_what_needs_it(toys):
    workflow = Workflow(instance(TWICE).graph)
    assert says(workflow, toys) == [("2", "its definition 'd' is not in this file")]
    assert says(workflow, toys, targets=["1"]) == []


def test_a_loop_has_the_keys_of_its_turns_drawn_by_hand(toys):
    flat = flattened(instance(GROW, turns=3, by=2), toys)
    assert set(flat.graph.nodes) == {"1", "2#0/1", "2#1/1", "2#2/1", "3"}
    assert last_key(flat.graph, toys, "3") == last_key(chain(2, 2, 2, 1), toys, "3")


def test_raising_the_turns_from_four_to_six_runs_two_turns(toys, cache):
    ran(instance(GROW, by=2), toys, cache)
    assert ran(instance(GROW, by=2, turns=6), toys, cache) == ("2#4/1", "2#5/1", "3")


def test_the_turns_number_drives_a_parameter(toys):
    graph = GROW.graph.with_link(Link("inputs", "turn", "1", "b"))
    counted = Definition(graph, inputs=GROW.inputs, outputs=GROW.outputs, loop=GROW.loop)
    flat = flattened(instance(counted), toys)
    assert last_key(flat.graph, toys, "3") == last_key(chain(0, 1, 2, 3, 1), toys, "4")


def test_what_does_not_change_from_turn_to_turn_is_made_once(toys, cache):
    nodes = {**GROW.graph.nodes, "2": Node("numbers/number", parameters={"value": 7})}
    graph = Graph(nodes, [*GROW.graph.links, Link("2", "integer", "1", "b")])
    steady = Definition(graph, inputs=GROW.inputs, outputs=GROW.outputs, loop=GROW.loop)
    assert [node for node in ran(instance(steady), toys, cache) if node.endswith("/2")] == ["2#0/2"]


def test_what_acts_on_the_world_acts_every_turn(toys):
    graph = Graph({"1": Node("pictures/swatch"), "2": Node("pictures/keep")}, [Link("1", "swatch", "2", "picture")])
    workflow = Workflow(Graph({"9": Node("definition:d")}), definitions={"d": Definition(graph, loop=Loop(3))})
    assert sorted(flattened(workflow, toys).graph.nodes) == ["9#0/1", "9#0/2", "9#1/2", "9#2/2"]


def test_a_turns_number_into_an_input_is_refused_with_a_remedy(toys):
    graph = Graph(GROW.graph.nodes, [Link("inputs", "turn", "1", "a"), Link("1", "integer", "outputs", "sum")])
    counted = Definition(graph, inputs=GROW.inputs, outputs=GROW.outputs, loop=GROW.loop)
    assert says(instance(counted), toys) == [("2#0/1", "the number of the turn drives parameters, got input a of Add")]


@pytest.mark.parametrize(
    ("turns", "rule"), [(0, "within 1 to 1000"), (1001, "within 1 to 1000"), (2.5, "a whole number"), (True, "a whole number")]
)
def test_the_number_of_turns_is_bounded(toys, turns, rule):
    assert says(instance(GROW, turns=turns), toys) == [("2", f"turns: must be {rule}, got {turns!r}")]


def test_a_number_of_turns_takes_no_link(toys):
    workflow = instance(GROW)
    linked = Workflow(workflow.graph.with_link(Link("1", "integer", "2", "turns")), definitions=workflow.definitions)
    assert says(linked, toys) == [("2", "turns of Grow takes no link: it must be known before the run")]


def test_loops_in_loops_are_bounded_by_what_they_come_to(toys):
    inner = Definition(
        Graph({"7": Node("definition:d")}, [Link("inputs", "sum", "7", "sum"), Link("7", "sum", "outputs", "sum")]),
        inputs=GROW.inputs, outputs=GROW.outputs, parameters={"rounds": Exposed("7", "turns")}, loop=Loop(1000, {"sum": "sum"}),
    )  # fmt: skip
    workflow = Workflow(
        instance(GROW).graph.with_node("2", Node("definition:o", parameters={"rounds": 1000})), definitions={"d": GROW, "o": inner}
    )
    assert says(workflow, toys) == [("", "groups and loops laid out must have at most 50,000 nodes, got 1,001,003")]


def test_a_carried_value_keeps_its_type(toys):
    crooked = Definition(GROW.graph, inputs=GROW.inputs, outputs={"sum": End("Swatch")}, loop=GROW.loop)
    messages = [message for _, message in says(instance(crooked), toys)]
    assert "what a loop carries must keep its type, got Swatch from a turn that takes Integer" in messages


@mark()
def total(values: tuple[int, ...]) -> int:
    """Add any number of whole numbers.

    Args:
        values: what is added.

    Returns:
        The sum.
    """
    return sum(values)


def test_a_collected_output_gives_what_every_turn_gave(toys, cache):
    types = Catalogue({**toys, "t/total": declared(total, "t")}, {"t/total": total, **{key: toys.function(key) for key in toys}})
    every = Definition(GROW.graph, inputs=GROW.inputs, outputs=GROW.outputs, loop=Loop(3, {"sum": "sum"}, ("sum",)))
    nodes = {"1": Node("numbers/number"), "2": Node("definition:d"), "3": Node("t/total")}
    graph = Graph(nodes, [Link("1", "integer", "2", "sum"), Link("2", "sum", "3", "values")])
    workflow = Workflow(graph, definitions={"d": every})
    assert [link.source for link in flattened(workflow, types).graph.into("3")] == ["2#0/1", "2#1/1", "2#2/1"]
    outcome = execute(flattened(workflow, types).graph, types, cache, targets=["3"])
    assert problems_of(workflow, types) == [] and outcome.results["3"][0].description == "9"
    assert says(instance(every), toys) == [("3", "what a loop collects goes into inputs that take many links, got a of Add")]


def state(workflow, node, state):
    known = workflow.graph.nodes[node]
    changed = Node(known.type, known.version, known.parameters, known.title, known.unknown, state)
    return Workflow(workflow.graph.with_node(node, changed), definitions=workflow.definitions)


@pytest.mark.parametrize("definition", [TWICE, GROW])
def test_behind_a_bypassed_node_keys_are_those_of_the_graph_rewired_by_hand(toys, definition):
    flat = flattened(state(instance(definition), "2", "bypassed"), toys)
    assert set(flat.graph.nodes) == {"1", "3"}
    assert last_key(flat.graph, toys, "3") == last_key(chain(1), toys, "0")


def test_a_bypassed_node_inside_passes_on_what_comes_from_outside(toys):
    inner = state(Workflow(TWICE.graph), "1", "bypassed").graph
    flat = flattened(instance(Definition(inner, inputs=TWICE.inputs, outputs=TWICE.outputs)), toys)
    assert last_key(flat.graph, toys, "3") == last_key(chain(1, 1), toys, "1")


def test_a_bypassed_node_as_target_runs_what_it_passes_on(toys):
    flat = flattened(state(instance(TWICE), "2", "bypassed"), toys)
    assert flat.targets(["2", "3"]) == ("1", "3")


def test_a_bypassed_node_with_nothing_to_pass_on_says_so(toys):
    warning, error = problems_of(state(instance(TWICE), "1", "bypassed"), toys)
    assert warning.message == "is bypassed, and nothing of type Integer comes in that it could pass on" and warning.severity == "warning"
    assert (error.node, error.message) == ("2/1", "input a is not connected")


def test_a_muted_node_and_what_needs_it_do_not_run(toys):
    flat = flattened(state(instance(TWICE), "2", "muted"), toys)
    assert set(flat.graph.nodes) == {"1"}


def test_a_muted_node_inside_spares_what_does_not_need_it(toys):
    both = Definition(
        state(Workflow(TWICE.graph), "2", "muted").graph.with_link(Link("1", "integer", "outputs", "half")),
        inputs=TWICE.inputs, outputs={**TWICE.outputs, "half": End("Integer")},
    )  # fmt: skip
    workflow = instance(both)
    graph = workflow.graph.with_node("4", Node("numbers/add")).with_link(Link("2", "half", "4", "a"))
    assert set(flattened(Workflow(graph, definitions=workflow.definitions), toys).graph.nodes) == {"1", "2/1", "4"}


def test_an_unknown_state_is_a_problem(toys):
    assert says(state(instance(TWICE), "1", "asleep"), toys) == [("1", "state: must be 'bypassed' or 'muted' or nothing, got 'asleep'")]


def test_an_instance_as_target_stands_for_what_makes_its_outputs(toys):
    assert flattened(instance(TWICE), toys).targets(["2"]) == ("2/2",)
    assert flattened(instance(GROW), toys).targets(["2"]) == ("2#3/1",)


def test_ids_that_look_like_ways_stay_apart(toys):
    workflow = instance(TWICE)
    graph = workflow.graph.with_node("2/1", Node("numbers/number"))
    flat = flattened(Workflow(graph, definitions=workflow.definitions), toys)
    assert flat.graph.nodes["2/1"].type == "numbers/number" and flat.origin["2/1'"] == "2"


def test_a_circle_through_an_instance_is_named(toys):
    workflow = instance(TWICE)
    graph = workflow.graph.without_link(Link("1", "integer", "2", "a")).with_link(Link("3", "integer", "2", "a"))
    assert says(Workflow(graph, definitions=workflow.definitions), toys, targets=["3"]) == [
        ("2", "nodes feed each other in a circle: 2 → 3 → 2")
    ]
