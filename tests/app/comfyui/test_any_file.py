"""Whatever is done to a file: it is imported or refused with a sentence, within a time that grows with its size."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.comfyui.importing import imported
from app.comfyui.reading import parsed
from graph_engine.errors import BadWorkflow
from graph_engine.flatten import problems_of
from graph_engine.workflow import read, write
from tests.app.comfyui.hand_made import Canvas, api_text_to_image, text_to_image, written
from tests.app.comfyui.test_subgraphs import encoder, with_instance

FILES = (
    api_text_to_image(),
    text_to_image().file(),
    text_to_image().newer_file(),
    with_instance(("a dog",)).file(definitions={"subgraphs": [encoder()]}),
)
ODD = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-30, 30),
        st.floats(),
        st.text(max_size=4),
        st.sampled_from(["-10", "-20", "KSampler", "Reroute"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=4,
)


def places(value, way=()):
    """Every way into parsed JSON."""
    yield way
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in items:
        yield from places(part, (*way, name))


def damaged(raw, way, odd):
    found = copy.deepcopy(raw)
    at = found
    for name in way[:-1]:
        at = at[name]
    at[way[-1]] = odd
    return found


@settings(deadline=None, max_examples=150)
@given(raw=st.sampled_from(FILES), data=st.data())
def test_a_damaged_file_is_imported_or_refused(types, raw, data):
    for _ in range(data.draw(st.integers(1, 3))):
        ways = [way for way in places(raw) if way]
        raw = damaged(raw, data.draw(st.sampled_from(ways)), data.draw(ODD))
    try:
        found = imported(parsed(written(raw), "x.json"), "x.json", types).workflow
    except BadWorkflow as error:
        assert str(error).startswith("x.json: ")
        return
    assert write(read(write(found))) == write(found)
    problems_of(found, types)


def test_thousands_of_nodes_on_one_spot_are_laid_out(made):
    canvas = Canvas()
    for _ in range(5000):
        canvas.add("PreviewImage", (), images="IMAGE")
    layout = made(canvas.file()).workflow.layout
    assert len(layout) == len(set(layout.values())) == 5000


def test_a_node_with_too_many_inputs_is_refused(made):
    canvas = text_to_image()
    canvas.change(3, inputs=[{"name": str(number), "type": "*"} for number in range(257)])
    with pytest.raises(BadWorkflow, match="node 3: inputs: must be at most 256, got 257"):
        made(canvas.file())
