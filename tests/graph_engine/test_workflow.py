"""The workflow file: round trips, migrations, and files from strangers."""

import json
import os
import resource
from pathlib import Path

import pytest

from graph_engine import BadWorkflow, Catalogue, Exposed, Graph, Link, Loop, Node, Workflow, node, read, save, schema, with_values, write
from graph_engine.workflow import upgraded

SAMPLES = Path(__file__).parent / "samples"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def workflow(sum_graph):
    return Workflow(sum_graph, {"1": (0.0, 0.0), "2": (200.0, 40.5)}, "Sum", "Adds.", {"start": Exposed("1", "value", "where it starts")})


def test_a_file_reads_back_equal_and_writes_the_same_bytes(workflow):
    data = write(workflow)
    assert read(data) == workflow
    assert write(read(data)) == data


def test_unknown_nodes_and_fields_are_kept(workflow):
    raw = json.loads(write(workflow))
    raw["nodes"]["9"] = {"type": "stranger/thing", "version": 4, "parameters": {"deep": [1, {"x": None}]}, "look": "round"}
    raw["mood"] = {"of": "a newer program"}
    again = json.loads(write(read(json.dumps(raw).encode())))
    assert again["nodes"]["9"] == raw["nodes"]["9"] and again["mood"] == raw["mood"]


def test_unknown_fields_of_links_and_exposed_values_are_kept(workflow):
    raw = json.loads(write(workflow))
    raw["links"][1]["color"] = "red"
    raw["exposed"]["start"]["group"] = ["a", 1]
    again = json.loads(write(read(json.dumps(raw).encode())))
    assert again == raw


def test_links_and_places_take_a_line_each(workflow):
    lines = write(workflow).decode().splitlines()
    assert '    {"from": ["1", "integer"], "to": ["2", "a"]},' in lines and '    "2": [200, 40.5]' in lines


def test_definitions_are_written_as_they_were_read():
    data = (SAMPLES / "version_1_definitions.json").read_bytes()
    assert write(read(data)) == data
    grow = read(data).definitions["grow"]
    assert grow.loop == Loop(2, {"sum": "sum"}) and grow.unknown == {"mood": "kept"}


def test_a_definition_of_a_newer_form_is_kept_and_says_what_is_not_understood():
    found = read((SAMPLES / "version_1_definitions.json").read_bytes()).definitions["later"]
    assert found.raw == {"form": 7, "nodes": ["in a form that is not known yet"]}
    assert found.reason == "Expected `object`, got `array`, at `$.nodes`"


@pytest.mark.parametrize(
    ("definition", "reason"),
    [
        ({"nodes": {"inputs": {"type": "a/b"}}}, "'inputs' must name the border alone, got a node of that id"),
        (
            {"inputs": {"a": {"type": "X"}}, "parameters": {"a": {"node": "1", "parameter": "p"}}},
            "one parameter, got 'a' twice",
        ),
        ({"loop": {}, "inputs": {"turn": {"type": "X"}}}, "'turn' must name the turn of the loop"),
        ({"loop": {}, "inputs": {"turns": {"type": "X"}}}, "one input or one parameter, got 'turns' twice"),
        ({"loop": {"turns": 5000}}, "Expected `int` <= 1000"),
    ],
)
def test_a_definition_with_an_id_for_two_things_is_not_used(definition, reason):
    raw = {"format": "tessera-workflow", "version": 1, "definitions": {"d": definition}}
    workflow = read(json.dumps(raw).encode())
    assert reason in workflow.definitions["d"].reason and json.loads(write(workflow))["definitions"]["d"] == definition


def test_version_0_is_carried_over():
    old = read((SAMPLES / "version_0.json").read_bytes())
    assert old == read((SAMPLES / "version_1.json").read_bytes())
    assert old.graph.links == (Link("1", "integer", "2", "a"),) and old.layout["2"] == (240.0, 0.0)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "line 1, column 1: must be JSON, got the end of the file"),
        (b'{"format": "tessera-workflow", "vers', "must be JSON"),
        (b"[1, 2]", "must be a workflow"),
        (b'{"format": "other"}', "got format 'other'"),
        (b'{"format": "tessera-workflow", "version": 99}', "made by a newer program"),
        (b'{"format": "tessera-workflow", "version": "1"}', "version: must be a whole number"),
        (b'{"format": "tessera-workflow", "version": 1, "nodes": {"1": {"type": 3}}}', "Expected `str`, got `int`"),
        (b'{"format": "tessera-workflow", "version": 1, "links": [{"from": ["1"], "to": ["2", "a"]}]}', "length 2"),
        (b'{"format": "tessera-workflow", "version": 1, "layout": {"1": [NaN, 0]}}', "numbers must be finite, got NaN"),
        (b'{"format": "tessera-workflow", "version": 1, "version": 1}', "got 'version' twice"),
        (b'{"x": 1' + b"0" * 5000 + b"}", "at most 40 digits"),
        (b'{"x": -1e999}', "numbers must be finite, got -1e999"),
        (b'{"x": "\\ud800"}', "text must be whole characters, got half of one: \\ud800"),
        (b"[" * 100_000, "must nest at most 64 deep"),
        (b'{"a": "\xff"}', "must be UTF-8 text, got the byte 0xff"),
        (b'{"format": "tessera-workflow", "version": 0, "nodes": [{}]}', "must be a workflow of version 0"),
    ],
)
def test_a_bad_file_is_refused_with_a_sentence(data, message):
    with pytest.raises(BadWorkflow, match="^x.json: ") as refused:
        read(data, "x.json")
    assert message in str(refused.value)


def test_a_file_past_the_size_limit_is_not_parsed():
    with pytest.raises(BadWorkflow, match="at most 64 MiB"):
        read(b" " * ((64 << 20) + 1), "x.json")


def test_brackets_inside_text_do_not_count_as_nesting(workflow):
    raw = json.loads(write(workflow))
    raw["description"] = '[[[["\\"' * 50
    assert read(json.dumps(raw).encode()).description == raw["description"]


def test_exposed_values_are_set_by_name(workflow):
    assert with_values(workflow, {"start": 8}).graph.nodes["1"].parameters == {"value": 8}
    with pytest.raises(BadWorkflow, match=r"stop: must be one of the values that the workflow exposes \(start\)"):
        with_values(workflow, {"stop": 8})


def test_saving_replaces_the_file_as_a_whole(workflow, tmp_path):
    path = tmp_path / "sum.json"
    path.write_text("old")
    save(workflow, path)
    assert read(path.read_bytes()) == workflow
    assert [found.name for found in tmp_path.iterdir()] == ["sum.json"]


def test_a_full_disk_leaves_the_old_file(workflow, tmp_path):
    path = tmp_path / "sum.json"
    path.write_text("old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            save(workflow, path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_text() == "old"
    assert [found.name for found in tmp_path.iterdir()] == ["sum.json"]


def test_the_published_schema_is_the_programs():
    assert json.loads((ROOT / "assets" / "workflow.schema.json").read_text()) == schema()


def test_numbers_that_json_cannot_hold_are_not_written():
    with pytest.raises(ValueError, match="not JSON compliant"):
        write(Workflow(Graph({"1": Node("numbers/number", parameters={"value": float("nan")})})))


def test_characters_spelled_in_two_escapes_are_whole():
    assert read(b'{"format": "tessera-workflow", "version": 1, "name": "\\ud83d\\ude00"}').name == "😀"


def test_a_name_twice_among_many_is_found_in_a_blink():
    names = ",".join(f'"{number}": 0' for number in range(100_000))
    with pytest.raises(BadWorkflow, match="got '99999' twice"):
        read(f'{{{names}, "99999": 1}}'.encode(), "x.json")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"[" + b"[]," * 3_000_000 + b"1]", "must hold at most 4,194,304 values"),
        (b'{"x": [' + b"0," * 5_000_000 + b"1]}", "must hold at most 4,194,304 values"),
        (b'"' * 8_000_000, "must be JSON"),
        (b'"' + b'\\"' * 4_000_000, "must be JSON"),
        (b'{"a":' * 65 + b"0" + b"}" * 65, "must nest at most 64 deep"),
        (b'{"a":' * 64 + b"0" + b"}" * 64, "must be a workflow"),
    ],
)
def test_what_would_take_much_memory_is_refused_before_it_is_parsed(data, message):
    with pytest.raises(BadWorkflow, match="^x.json: ") as refused:
        read(data, "x.json")
    assert message in str(refused.value)


def test_a_folder_that_cannot_be_written_leaves_everything(workflow, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(NotADirectoryError):
        save(workflow, tmp_path / "file" / "sum.json")
    with pytest.raises(FileNotFoundError):
        save(workflow, tmp_path / "none" / "sum.json")
    assert [found.name for found in tmp_path.iterdir()] == ["file"]


def test_saving_through_a_link_writes_where_it_leads(workflow, tmp_path):
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to("real.json")
    save(workflow, tmp_path / "link.json")
    assert (tmp_path / "link.json").is_symlink() and read((tmp_path / "real.json").read_bytes()) == workflow


def test_saving_keeps_the_rights_of_the_file(workflow, tmp_path):
    path = tmp_path / "sum.json"
    path.write_text("old")
    path.chmod(0o640)
    save(workflow, path)
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_pipe_or_a_folder_is_not_replaced_by_a_file(workflow, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder"):
        with pytest.raises(OSError, match="Not a file"):
            save(workflow, tmp_path / name)
    assert (tmp_path / "pipe").is_fifo() and len(list(tmp_path.iterdir())) == 2


@pytest.mark.skipif(os.geteuid() == 0, reason="everything may be written by root")
def test_a_file_that_may_not_be_written_is_not_replaced(workflow, tmp_path):
    path = tmp_path / "sum.json"
    path.write_text("old")
    path.chmod(0o444)
    with pytest.raises(PermissionError):
        save(workflow, path)
    assert path.read_text() == "old"


def test_older_nodes_are_carried_over_or_refused(workflow):
    def upgrade(version, parameters):
        return {"value": parameters["amount"] * 10}

    @node(version=2, upgrade=upgrade)
    def number(value: int = 1) -> int:
        """Give a number.

        Args:
            value: the number.
        """
        return value

    catalogue = Catalogue.of(("numbers", number))
    old = Workflow(Graph({"1": Node("numbers/number", 1, {"amount": 4})}))
    assert upgraded(old, catalogue).graph.nodes["1"] == Node("numbers/number", 2, {"value": 40})
    assert upgraded(upgraded(old, catalogue), catalogue).graph.nodes["1"].version == 2
    with pytest.raises(BadWorkflow, match="node 1: its parameters must be those of version 1 of numbers/number"):
        upgraded(Workflow(Graph({"1": Node("numbers/number", 1)})), catalogue)


@pytest.mark.parametrize("path", sorted((ROOT / "workflows").glob("*.json")), ids=lambda path: path.name)
def test_the_workflows_that_ship_are_in_canonical_order(path):
    assert write(read(path.read_bytes())) == path.read_bytes()
