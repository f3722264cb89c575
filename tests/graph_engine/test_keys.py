"""What changes a key, and what does not."""

import os

from graph_engine import FileDigests, Graph, Link, Node, keys
from graph_engine.declaration import File, NodeType, Output, Parameter, Text

READER = NodeType(
    "t/reader", 1, "Reader", "t", "", "", (), (Parameter("file", File(), ""), Parameter("note", Text(), "", "", False)),
    (Output("text", "Text"),),
)  # fmt: skip
NUMBER = NodeType("t/number", 1, "Number", "t", "", "", (), (Parameter("x", Text(), ""),), (Output("text", "Text"),))


def key(graph, types, node, digests=None):
    return keys(graph, types, digests or FileDigests()).keys[node]


def test_renumbering_and_titles_keep_keys(sum_graph, toys):
    other = Graph(
        {"a": Node("numbers/number", title="mine"), "b": Node("numbers/add"), "c": Node("numbers/add")},
        [Link("b", "integer", "c", "a"), Link("a", "integer", "b", "a")],
    )
    assert key(sum_graph, toys, "3") == key(other, toys, "c")


def test_a_default_written_out_keeps_the_key(sum_graph, toys):
    assert key(sum_graph, toys, "3") == key(sum_graph.with_parameter("1", "value", 1), toys, "3")


def test_a_source_changes_the_keys_downstream_and_back_again(sum_graph, toys):
    changed = sum_graph.with_parameter("1", "value", 5)
    assert key(sum_graph, toys, "3") != key(changed, toys, "3")
    assert key(sum_graph, toys, "3") == key(changed.with_parameter("1", "value", 1), toys, "3")


def test_one_and_one_point_zero_and_true_differ():
    made = {key(Graph({"1": Node("t/number", parameters={"x": x})}), {"t/number": NUMBER}, "1") for x in (1, 1.0, True, "1")}
    assert len(made) == 4


def test_a_seeds_policy_does_not_count(toys):
    def made(seed):
        return key(Graph({"1": Node("pictures/fade", parameters={"seed": seed})}), toys, "1")

    assert made({"value": 3, "policy": "fixed"}) == made({"value": 3, "policy": "random"}) == made(3) != made(4)


def test_a_parameter_declared_without_effect_on_the_result_does_not_count():
    graph = Graph({"1": Node("t/reader", parameters={"note": "a"})})
    assert key(graph, {"t/reader": READER}, "1") == key(graph.with_parameter("1", "note", "b"), {"t/reader": READER}, "1")


def test_files_count_by_content_not_by_name_or_time(tmp_path):
    first, second = tmp_path / "a.txt", tmp_path / "b.txt"
    first.write_text("one")
    second.write_text("one")
    digests = FileDigests()

    def made(path):
        return key(Graph({"1": Node("t/reader", parameters={"file": str(path)})}), {"t/reader": READER}, "1", digests)

    before = made(first)
    assert made(second) == before
    os.utime(first, (1, 1))
    assert made(first) == before
    first.write_text("two")
    assert made(first) != before


def test_a_file_replaced_within_the_clocks_grain_is_seen(tmp_path):
    path = tmp_path / "model"
    path.write_text("aaa")
    digests = FileDigests()
    before, facts = digests(str(path)), os.stat(path)
    path.write_text("bbb")
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert digests(str(path)) != before
