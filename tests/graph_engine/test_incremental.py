"""After any edits, what was handed on from the graph before equals what a graph made afresh gives."""

from hypothesis import given, settings
from hypothesis import strategies as st

from graph_engine import FileDigests, Graph, Link, Node, check, default_targets, discover, keys

TOYS = discover("tests.toy")
NODES = [str(number) for number in range(6)]
TYPES = ["numbers/number", "numbers/add", "numbers/add", "pictures/swatch", "gone/missing"]

node = st.builds(
    Node, st.sampled_from(TYPES), parameters=st.dictionaries(st.sampled_from(["value", "b", "side"]), st.integers(0, 4), max_size=2)
)
link = st.builds(Link, st.sampled_from(NODES), st.sampled_from(["integer", "swatch"]), st.sampled_from(NODES), st.sampled_from(["a", "b"]))
edit = st.one_of(
    st.tuples(st.just("node"), st.sampled_from(NODES), node),
    st.tuples(st.just("link"), link),
    st.tuples(st.just("many"), link),
    st.tuples(st.just("unlink"), st.integers(0, 9)),
    st.tuples(st.just("without"), st.sampled_from(NODES)),
    st.tuples(st.just("set"), st.sampled_from(NODES), st.integers(0, 4)),
    st.tuples(st.just("look"), st.sampled_from(["check", "keys", "targets", "all"])),
)


def edited(graph, what, *given):
    match what:
        case "node":
            return graph.with_node(*given)
        case "link" | "many":
            return graph.with_link(*given, many=what == "many")
        case "unlink":
            return graph.without_link(graph.links[given[0]]) if given[0] < len(graph.links) else graph
        case "without":
            return graph.without(given)
        case "set":
            return graph.with_parameter(given[0], "b", given[1]) if given[0] in graph.nodes else graph
    look(graph, *given)
    return graph


def look(graph, what="all"):
    digests = FileDigests()
    seen = {}
    if what in ("check", "all"):
        seen["check"] = check(graph, TOYS)
    if what in ("keys", "all"):
        seen["keys"] = keys(graph, TOYS, digests).keys
    if what in ("targets", "all"):
        seen["targets"] = default_targets(graph, TOYS)
        keys(graph, TOYS, digests, list(graph.nodes)[:2])
    return seen


@settings(max_examples=300, deadline=None)
@given(st.lists(edit, max_size=25))
def test_what_is_handed_on_over_edits_equals_what_a_fresh_graph_gives(edits):
    graph = Graph()
    for one in edits:
        graph = edited(graph, *one)
    fresh = Graph(graph.nodes, graph.links)
    assert graph == fresh and look(graph) == look(fresh)
    assert all(list(graph.into(node)) == list(fresh.into(node)) for node in NODES)
    assert all(list(graph.out_of(node)) == list(fresh.out_of(node)) for node in NODES)


def long_chain(length):
    nodes = {"0": Node("numbers/number")} | {str(i): Node("numbers/add") for i in range(1, length)}
    return Graph(nodes, [Link(str(i - 1), "integer", str(i), "a") for i in range(1, length)])


class Counted(dict):
    """Node types that count how often they are asked for."""

    asked = 0

    def get(self, key, default=None):
        self.asked += 1
        return super().get(key, default)


def test_an_edit_makes_new_keys_only_behind_it():
    graph, types = long_chain(200), Counted(TOYS)
    made, _ = keys(graph, types, FileDigests()), check(graph, types, ("199",))
    changed = graph.with_parameter("197", "b", 5)
    types.asked = 0
    again = keys(changed, types, FileDigests())
    assert types.asked == 3 and again.recipes["196"] is made.recipes["196"] and again.keys["197"] != made.keys["197"]
    assert check(changed, types, ("199",)) == [] and types.asked < 20


def test_a_link_makes_new_keys_only_behind_it():
    graph, types = long_chain(200), Counted(TOYS)
    check(graph, types, ("199",))
    keys(graph, types, FileDigests())
    types.asked = 0
    changed = graph.with_link(Link("0", "integer", "198", "a"))
    assert keys(changed, types, FileDigests()).keys["199"] != keys(graph, types, FileDigests()).keys["199"]
    assert check(changed, types, ("199",)) == [] and types.asked < 20


def test_a_closed_circle_is_found_after_an_edit():
    graph = long_chain(20)
    assert check(graph, TOYS, ("19",)) == []
    (problem,) = check(graph.with_link(Link("15", "integer", "7", "a")), TOYS, ("19",))
    assert "circle" in problem.message
