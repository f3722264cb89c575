"""Damaged and hostile ComfyUI files: a sentence, exit code 2, nothing written."""

import json

import pytest

from graph_engine.errors import BadWorkflow
from graph_engine.workflow import read, write
from tests.app.comfyui.hand_made import api_text_to_image, text_to_image


def ui(**fields) -> bytes:
    return json.dumps(text_to_image().file(**fields)).encode()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{not json", "must be JSON"),
        (b"[]", "must be a ComfyUI workflow with nodes and links, or nodes by their ids; got a list"),
        (b'{"hello": 1}', "got an object with 'hello'"),
        (json.dumps(api_text_to_image()).encode()[:300], "must be JSON"),
        (json.dumps({**api_text_to_image(), "9": {"inputs": {}}}).encode(), "node 9: must be an object with a class_type"),
        (
            json.dumps({**api_text_to_image(), "9": {"class_type": "X", "inputs": [1]}}).encode(),
            "node 9: inputs: must be an object, got a list",
        ),
        (ui(nodes=[7]), "nodes: each must be an object with an id and a type, got 7"),
        (ui(nodes=[{"id": 1, "type": "X"}, {"id": 1, "type": "X"}]), "node 1: each id must be used once"),
        (ui(nodes=[{"id": 1, "type": "X", "inputs": 5}]), "inputs: must be a list, got a int"),
        (ui(links=[5]), "links: each must be an array of six or an object, got 5"),
        (ui(definitions={"subgraphs": [{"name": "no id"}]}), "each sub-graph must be an object with an id"),
        (ui(extra={"groupNodes": {"Make": {"nodes": 4}}}), "group node Make: must be an object with nodes"),
        (ui(extra={"deep": json.loads("[" * 58 + "]" * 58)}), "must nest at most 56 deep"),
        (ui(extra={"deep": "DEEP"}).replace(b'"DEEP"', b"[" * 5000 + b"]" * 5000), "must nest at most 64 deep"),
        (ui(extra={"wide": [0] * (1 << 20)}), "must hold at most 1,048,576 values"),
        (ui(extra={"text": "x" * (17 << 20)}), "must be at most 16 MiB"),
        (ui(nodes=[{"id": number, "type": "X"} for number in range(20_001)]), "must have at most 20,000 nodes, got 20,001"),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)
def test_a_bad_file_is_refused_with_a_sentence(tessera, tmp_path, data, message):
    path = tmp_path / "bad.json"
    path.write_bytes(data)
    said = tessera("import", path, "--out", tmp_path / "out.json", "--json")
    assert (said.code, said.json["state"]) == (2, "refused") and message in said.err and str(path) in said.err
    assert not (tmp_path / "out.json").exists()


ODD = [None, True, -1, 0.5, "x", [], {}, [[]], {"": None}, [1, [2]], 1e300, "\u0000\u202e"]


@pytest.mark.parametrize("field", ["id", "pos", "size", "mode", "inputs", "outputs", "widgets_values", "title", "properties", "type"])
def test_any_field_of_a_node_may_be_odd(made, field):
    for value in ODD:
        canvas = text_to_image()
        canvas.change(3, **{field: value})
        try:
            found = made(canvas.file())
        except BadWorkflow as error:
            assert str(error).startswith("x.json: ")
        else:
            assert write(read(write(found.workflow))) == write(found.workflow)


@pytest.mark.parametrize("field", ["links", "groups", "config", "extra", "models", "definitions", "version", "name", "reroutes"])
def test_any_field_of_a_file_may_be_odd(made, field):
    for value in ODD:
        try:
            found = made({**text_to_image().file(), field: value})
        except BadWorkflow as error:
            assert str(error).startswith("x.json: ")
        else:
            assert write(read(write(found.workflow))) == write(found.workflow)
