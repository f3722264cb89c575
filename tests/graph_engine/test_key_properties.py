"""What keys depend on and what they do not, for whatever graphs and values there may be."""

import os
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from graph_engine import FileDigests, Graph, Link, Node, discover, keys
from graph_engine.declaration import File, NodeType, Output, Parameter, Text

TOYS = discover("tests.toy")
PARAMETERS = (Parameter("x", Text(), ""), Parameter("y", Text(), ""), Parameter("note", Text(), "", "", False))
ANY = {"t/any": NodeType("t/any", 1, "Any", "t", "", "", (), PARAMETERS, (Output("text", "Text"),))}
READER = {"t/read": NodeType("t/read", 1, "Read", "t", "", "", (), (Parameter("file", File(), ""),), (Output("text", "Text"),))}

plain = st.one_of(
    st.booleans(), st.integers(-(2**63), 2**63), st.floats(allow_nan=False, allow_infinity=False), st.text(st.characters(codec="utf-8"))
)
value = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3), max_leaves=5
)


def key(node, types, digests=None):
    return keys(Graph({"1": node}), types, digests or FileDigests()).keys["1"]


def same(a, b):
    """Equal with types: 1, 1.0 and True are three values, 0.0 and -0.0 two."""
    if type(a) is not type(b):
        return False
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[name], b[name]) for name in a)
    return repr(a) == repr(b)


@settings(max_examples=150, deadline=None)
@given(value, value)
def test_keys_are_equal_exactly_where_values_are_equal_with_their_types(one, other):
    made = [key(Node("t/any", parameters={"x": each}), ANY) for each in (one, other)]
    assert (made[0] == made[1]) == same(one, other)


@given(value, value)
def test_a_value_in_one_parameter_is_not_that_value_in_another(one, other):
    straight, crossed = (key(Node("t/any", parameters={"x": a, "y": b}), ANY) for a, b in ((one, other), (other, one)))
    assert (straight == crossed) == same(one, other)


@given(value, st.text(), st.dictionaries(st.text(max_size=3), plain, max_size=2))
def test_titles_unknown_fields_and_parameters_without_effect_do_not_count(note, title, unknown):
    bare = key(Node("t/any", parameters={"x": "a"}), ANY)
    assert bare == key(Node("t/any", parameters={"x": "a", "note": note}, title=title, unknown=unknown), ANY)


@given(st.integers(0, 2**32))
def test_renumbering_and_reordering_keep_every_key(seed):
    source = random.Random(seed)
    count = source.randrange(2, 12)
    nodes = {
        str(i): Node("numbers/add" if i else "numbers/number", parameters={"b": source.randrange(3)} if i else {}) for i in range(count)
    }
    links = [Link(str(source.randrange(i)), "integer", str(i), "a") for i in range(1, count)]
    before = keys(Graph(nodes, links), TOYS, FileDigests()).keys
    names = dict(zip(nodes, source.sample([f"node {i}" for i in range(count)], count), strict=True))
    order = source.sample(list(nodes), count)
    moved = Graph(
        {names[node]: nodes[node] for node in order},
        [Link(names[link.source], "integer", names[link.target], "a") for link in source.sample(links, len(links))],
    )
    after = keys(moved, TOYS, FileDigests()).keys
    assert {names[node]: made for node, made in before.items()} == after


@settings(deadline=None)
@given(st.lists(st.tuples(st.binary(max_size=3), st.booleans()), min_size=1, max_size=6))
def test_a_files_key_is_that_of_its_bytes_whatever_was_done_to_its_times(tmp_path_factory, writes):
    path = tmp_path_factory.mktemp("files") / "model"
    digests, seen = FileDigests(), {}
    for content, old in writes:
        path.write_bytes(content)
        if old:
            os.utime(path, (1, 1))
        made = key(Node("t/read", parameters={"file": str(path)}), READER, digests)
        assert seen.setdefault(content, made) == made
    assert len(set(seen.values())) == len(seen)
