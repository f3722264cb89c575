"""Whatever a workflow holds, its file gives it back; whatever a canonical file holds, it is written back byte for byte."""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_engine import BadWorkflow, Definition, End, Exposed, Graph, Link, Loop, Node, Workflow, read, write
from graph_engine.definition import Foreign
from graph_engine.file_shape import FileDefinition, FileEnd, FileExposed, FileLink, FileLoop, FileNode, FileWorkflow
from graph_engine.workflow import MIGRATIONS, VERSION

SAMPLES = Path(__file__).parent / "samples"
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
ids = st.one_of(st.integers(0, 20).map(str), words)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**30), 10**30), st.floats(allow_nan=False, allow_infinity=False), words),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=5,
)
places = st.tuples(*[st.floats(allow_nan=False, allow_infinity=False)] * 2)
links = st.builds(Link, ids, words, ids, words)


def unknown(shape):
    """Fields that a part of the file does not have in this version."""
    known = {field.encode_name for field in msgspec.structs.fields(shape)}
    return st.dictionaries(words.filter(lambda name: name not in known), values, max_size=2)


nodes = st.builds(
    Node,
    words,
    st.integers(0, 9),
    st.dictionaries(words, values, max_size=3),
    words,
    unknown(FileNode),
    st.sampled_from(["", "muted", "x"]),
)
exposed = st.builds(Exposed, ids, words, words, unknown(FileExposed), words)
ends = st.builds(End, words, words, words, unknown(FileEnd))


@st.composite
def graphs(draw, barred=frozenset()):
    """A graph whose links stand in the order of the file, and unknown fields for some of them."""
    made = draw(st.dictionaries(ids.filter(lambda key: key not in barred), nodes, max_size=4))
    joined = draw(st.lists(links, max_size=4, unique=True))
    fields = {link: left for link in joined if (left := draw(unknown(FileLink)))}
    return read(write(Workflow(Graph(made, joined)))).graph, fields


@st.composite
def definitions(draw):
    graph, fields = draw(graphs(barred={"inputs", "outputs"}))
    loop = draw(st.none() | st.builds(Loop, st.integers(1, 9), st.dictionaries(words, words), st.tuples(words), unknown(FileLoop)))
    of = [draw(st.dictionaries(st.just(f"{letter}1"), kind, max_size=1)) for letter, kind in (("i", ends), ("o", ends), ("p", exposed))]
    layout = draw(st.dictionaries(ids, places, max_size=2))
    return Definition(graph, layout, draw(words), draw(words), *of, loop, draw(unknown(FileDefinition)), fields)


foreign = st.dictionaries(words, values, max_size=2).map(lambda left: Foreign({**left, "nodes": ["of a newer form"]}, ""))


@st.composite
def workflows(draw):
    graph, fields = draw(graphs())
    held = draw(st.dictionaries(words, definitions() | foreign, max_size=2))
    layout = draw(st.dictionaries(ids, places, max_size=3))
    shown = draw(st.dictionaries(words, exposed, max_size=2))
    return Workflow(graph, layout, draw(words), draw(words), shown, draw(unknown(FileWorkflow)), fields, held)


def without_reasons(workflow):
    kept = {key: found.raw if isinstance(found, Foreign) else found for key, found in workflow.definitions.items()}
    return msgspec.structs.replace(workflow, definitions=kept)


@quick
@given(workflows())
def test_a_workflow_reads_back_as_it_was_written(workflow):
    assert without_reasons(read(write(workflow))) == without_reasons(workflow)


@quick
@given(workflows())
def test_a_canonical_file_is_written_back_byte_for_byte(workflow):
    data = write(workflow)
    assert write(read(data)) == data


@quick
@given(workflows(), st.randoms(use_true_random=False))
def test_the_order_in_which_ids_came_does_not_show_in_the_file(workflow, randomness):
    shuffled = list(workflow.graph.nodes.items())
    randomness.shuffle(shuffled)
    again = msgspec.structs.replace(workflow, graph=Graph(dict(shuffled), workflow.graph.links))
    assert write(again) == write(workflow)


@quick
@given(st.binary(max_size=200) | values.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_a_workflow_or_a_sentence(data):
    try:
        read(data, "x.json")
    except BadWorkflow as refused:
        assert str(refused).startswith("x.json: ")


@quick
@given(workflows(), st.data())
def test_a_file_with_one_byte_changed_is_a_workflow_or_a_sentence(workflow, data):
    whole = bytearray(write(workflow))
    whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        read(bytes(whole), "x.json")
    except BadWorkflow as refused:
        assert str(refused).startswith("x.json: ")


def test_every_version_has_a_migration_and_a_frozen_sample():
    assert sorted(MIGRATIONS) == list(range(VERSION))
    for version in range(VERSION + 1):
        sample = (SAMPLES / f"version_{version}.json").read_bytes()
        assert json.loads(sample)["version"] == version and read(sample).graph.nodes


@pytest.mark.parametrize("version", [-1, 1.5, True, "2"])
def test_a_node_of_an_impossible_version_is_refused(version):
    raw = {"format": "tessera-workflow", "version": 1, "nodes": {"1": {"type": "a/b", "version": version}}}
    with pytest.raises(BadWorkflow, match=r"x.json: Expected `int`.* at `\$.nodes\[...\].version`"):
        read(json.dumps(raw).encode(), "x.json")
