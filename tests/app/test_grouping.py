"""Groups: grouping and dissolving undo one another, and never change what a graph gives."""

from hypothesis import given, settings
from hypothesis import strategies as st

from app.edits import with_state
from app.grouping import dissolve_refusal, dissolved, group_refusal, grouped, made_unique
from graph_engine import (
    Catalogue,
    Exposed,
    FileDigests,
    Graph,
    Link,
    Node,
    Workflow,
    declared,
    flattened,
    keys,
    node,
    problems_of,
    read,
    write,
)
from graph_engine.definition import INSTANCE
from graph_engine.interface import types_with


@node()
def mix(a: int, many: tuple[int, ...] = (), scale: int = 1) -> int:
    """Mix whole numbers.

    Args:
        a: the first.
        many: any others, in order.
        scale: what each counts.
    """
    return a + scale * sum(many)


@node()
def start(value: int = 1) -> int:
    """Give a whole number.

    Args:
        value: the number.
    """
    return value


TYPES = Catalogue.of(("t", mix), ("t", start))
OUT = declared(mix, "t").outputs[0].name


@st.composite
def workflows(draw):
    """Graphs without circles: every node takes from nodes before it, some inputs from several."""
    count = draw(st.integers(2, 9))
    nodes, links = {}, []
    for number in range(1, count + 1):
        first = number == 1 or draw(st.integers(0, 4)) == 0
        nodes[str(number)] = Node("t/start" if first else "t/mix", parameters={"value" if first else "scale": draw(st.integers(0, 3))})
        if first:
            continue
        before = st.integers(1, number - 1).map(str)
        links.append(Link(draw(before), OUT, str(number), "a"))
        links += [Link(source, OUT, str(number), "many") for source in draw(st.lists(before, max_size=3, unique=True))]
        if draw(st.booleans()):
            links.append(Link(draw(before), OUT, str(number), "scale"))
    layout = {key: (240.0 * int(key), draw(st.integers(-300, 300)) * 1.0) for key in nodes}
    target = draw(st.sampled_from(sorted(nodes)))
    exposed = {"x": Exposed(target, next(iter(nodes[target].parameters)), "a help")}
    unknown = {draw(st.sampled_from(links)): {"color": "red"}} if links else {}
    return Workflow(Graph(nodes, links), layout, "Random", exposed=exposed, unknown_of_links=unknown)


def chosen(data, workflow):
    """Some nodes that may become a group: a random pick, and what lies between."""
    graph = workflow.graph
    picked = data.draw(st.sets(st.sampled_from(sorted(graph.nodes)), min_size=1))
    return (graph.downstream(picked) & graph.upstream(picked)) | picked


def key_set(workflow, nodes):
    flat = flattened(workflow, TYPES)
    made = keys(flat.graph, TYPES, FileDigests()).keys
    return sorted(made.values()), {node: made[node] for node in nodes if node in made}


@given(st.data())
@settings(max_examples=120, deadline=None)
def test_grouping_keeps_every_key_and_dissolving_is_its_inverse(data):
    workflow = data.draw(workflows())
    nodes = chosen(data, workflow)
    made = grouped(workflow, nodes, TYPES, "d", "g")
    outside = workflow.graph.nodes.keys() - nodes
    assert key_set(made, outside) == key_set(workflow, outside)
    assert problems_of(made, TYPES) == problems_of(workflow, TYPES) == []
    assert write(read(write(made))) == write(made)
    assert write(dissolved(made, "g", [], drop=True)) == write(workflow)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_groups_in_groups_keep_every_key_and_dissolve_in_turn(data):
    workflow = data.draw(workflows())
    steps = [workflow]
    for number in range(data.draw(st.integers(1, 4))):
        now = steps[-1]
        made = grouped(now, chosen(data, now), types_with(now.definitions, TYPES), f"d{number}", f"g{number}")
        steps.append(made)
        assert key_set(made, ())[0] == key_set(workflow, ())[0]
    for number in reversed(range(len(steps) - 1)):
        assert write(dissolved(steps[number + 1], f"g{number}", [], drop=True)) == write(steps[number])


def pair():
    """1 gives, 2 and 3 mix it in turn; 2 and 3 are the group g."""
    nodes = {"1": Node("t/start"), "2": Node("t/mix"), "3": Node("t/mix")}
    graph = Graph(nodes, [Link("1", OUT, "2", "a"), Link("2", OUT, "3", "a")])
    layout = {"1": (0.0, 0.0), "2": (300.0, 0.0), "3": (600.0, 80.0)}
    return grouped(Workflow(graph, layout, exposed={"x": Exposed("2", "scale")}), {"2", "3"}, TYPES, "d", "g", "Pair")


def test_a_group_shows_as_a_node_type_with_its_interface():
    found = types_with(pair().definitions, TYPES)[INSTANCE + "d"]
    assert [(entry.name, entry.type, entry.required) for entry in found.inputs] == [("a", "Integer", True)]
    assert [parameter.name for parameter in found.parameters] == ["scale"] and found.title == "Pair"


def test_a_group_that_would_feed_itself_is_refused():
    workflow = Workflow(Graph({str(n): Node("t/mix") for n in (1, 2, 3)}, [Link("1", OUT, "2", "a"), Link("2", OUT, "3", "a")]))
    assert group_refusal(workflow, {"1", "3"}, {"2": "Middle"}) == ("The group would feed itself through Middle: select that too, or less.")
    assert group_refusal(workflow, {"1", "2"}) == "" and "nothing to group" in group_refusal(workflow, set())


def test_a_group_that_was_moved_dissolves_where_it_is():
    made = pair()
    moved = dissolved(Workflow(made.graph, {**made.layout, "g": (310.0, 50.0)}, definitions=made.definitions), "g", [], drop=True)
    assert moved.layout["2"] == (310.0, 50.0) and moved.layout["3"] == (610.0, 130.0)


def test_what_an_instance_sets_goes_to_the_nodes_when_it_is_dissolved():
    made = pair()
    after = dissolved(Workflow(made.graph.with_parameter("g", "scale", 7), definitions=made.definitions), "g", [], drop=False)
    assert after.graph.nodes["2"].parameters == {"scale": 7} and "d" in after.definitions


def test_the_second_instance_dissolves_to_nodes_with_ids_of_their_own():
    made = pair()
    both = Workflow(made.graph.with_node("h", made.graph.nodes["g"]).with_link(Link("1", OUT, "h", "a")), definitions=made.definitions)
    after = dissolved(dissolved(both, "g", [], drop=False), "h", ["8", "9"], drop=True)
    assert set(after.graph.nodes) == {"1", "2", "3", "8", "9"} and Link("8", OUT, "9", "a") in after.graph.links


def test_a_unique_instance_has_a_definition_of_its_own():
    made = made_unique(pair(), "g", "e")
    assert made.graph.nodes["g"].type == INSTANCE + "e" and made.definitions["e"].name == "Pair 2"
    assert key_set(made, ()) == key_set(pair(), ())


def test_a_group_that_does_not_run_is_not_dissolved():
    assert dissolve_refusal(pair(), "g") == ""
    assert "let it run first" in dissolve_refusal(with_state(pair(), {"g"}, "muted"), "g")
    assert "whose definition is in this file" in dissolve_refusal(pair(), "1")
