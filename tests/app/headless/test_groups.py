"""Groups on the command line: set through exposed values, planned and run as what they hold, and carried by pictures."""

import pytest

from app.grouping import grouped
from graph_engine import discover, read, save


@pytest.fixture
def group_workflow(copy_workflow):
    """The workflow that copies a picture, with the saving in a group."""
    made = grouped(read(copy_workflow.read_bytes()), {"2"}, discover("nodes.library"), "d", "g", "Keep")
    save(made, copy_workflow)
    return copy_workflow


def test_an_exposed_value_leads_into_a_group(tessera, group_workflow, tmp_path):
    said = tessera("run", group_workflow, "--set", "name=blue/bird", "--set", "embed=false", "--out", tmp_path / "out", "--json")
    assert said.json["files"] == [str(tmp_path / "out" / "blue" / "bird_0001.png")] and said.json["ran"] == ["1", "g/2"]


def test_what_is_not_of_its_kind_is_refused_through_the_group(tessera, group_workflow):
    said = tessera("run", group_workflow, "--set", "embed=perhaps")
    assert said.code == 2 and "--set embed: must be true or false, got 'perhaps'" in said.err


def test_help_lists_what_is_exposed_of_a_group(tessera, group_workflow):
    assert "what to call it" in tessera("run", group_workflow, "--help").out


def test_a_group_keeps_the_results_of_the_nodes_that_it_was_made_of(tessera, copy_workflow, tmp_path):
    tessera("run", copy_workflow, "--out", tmp_path / "out")
    made = grouped(read(copy_workflow.read_bytes()), {"1"}, discover("nodes.library"), "d", "g")
    save(made, copy_workflow)
    planned = {step["node"]: step["state"] for step in tessera("plan", copy_workflow, "--json").json["steps"]}
    assert planned == {"g/1": "disk", "2": "run"}


def test_a_saved_picture_carries_the_definitions(tessera, group_workflow, tmp_path):
    (path,) = tessera("run", group_workflow, "--out", tmp_path / "a", "--json").json["files"]
    assert len(tessera("run", path, "--out", tmp_path / "b", "--json").json["files"]) == 1


def test_a_problem_inside_names_the_group_and_the_node(tessera, group_workflow):
    workflow = read(group_workflow.read_bytes())
    save(type(workflow)(workflow.graph.with_parameter("g", "name", 5), definitions=workflow.definitions), group_workflow)
    assert "Keep (g): name: must be text, got 5" in tessera("check", group_workflow).err
    inner = workflow.definitions["d"]
    broken = type(inner)(inner.graph.with_parameter("2", "embed", 5), inputs=inner.inputs, outputs=inner.outputs, name="Keep")
    save(type(workflow)(workflow.graph, definitions={"d": broken}), group_workflow)
    assert "Keep › output/save_image (g/2): embed: must be true or false" in tessera("check", group_workflow).err


def test_a_target_inside_a_group_is_run_alone(tessera, group_workflow, tmp_path):
    assert tessera("run", group_workflow, "--target", "g", "--out", tmp_path, "--json").json["ran"] == ["1", "g/2"]
