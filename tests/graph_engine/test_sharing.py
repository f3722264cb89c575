"""What others may see of a workflow."""

import json

import pytest
from hypothesis import given

from graph_engine import Graph, Node, Workflow, read, write
from graph_engine.sharing import private_texts, public, shared, with_digests
from tests.graph_engine.test_round_trips import quick, workflows

HOME = "/home/ada"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/home/ada/pictures/red cat.png", "red cat.png"),
        ("/srv/models/flux", "flux"),
        ("/weights/flux.safetensors", "flux.safetensors"),
        ("C:\\Users\\Ada\\cat.png", "cat.png"),
        ("\\\\server\\share\\cat.png", "cat.png"),
        ("~/cat.png", "cat.png"),
        ("file:///home/ada/cat.png", "cat.png"),
        ("see /home/ada/notes for more", "see ~/notes for more"),
        ("see /Users/bob/notes for more", "see ~/notes for more"),
        ("a cat / a dog", "a cat / a dog"),
        ("/imagine a cat", "/imagine a cat"),
        ("starter/flow_base", "starter/flow_base"),
        ("a hall, ada in the middle", "a hall, ada in the middle"),
        ("https://example.org/a/b.png", "https://example.org/a/b.png"),
    ],
)
def test_paths_keep_their_last_part_and_other_words_stay(text, told):
    assert public(text, HOME) == told


def test_two_files_of_one_name_stay_two_files_with_their_digests():
    nodes = {key: Node("image/load_image", parameters={"file": f"/home/ada/{key}/cat.png"}) for key in ("1", "2")}
    workflow = with_digests(Workflow(Graph(nodes)), {"/home/ada/1/cat.png": "aa", "/home/ada/2/cat.png": "bb"})
    again = read(shared(write(workflow), HOME))
    names = [node.parameters["file"] for node in again.graph.nodes.values()]
    assert names == ["cat.png", "cat_2.png"] and again.unknown["files"] == {"cat.png": "aa", "cat_2.png": "bb"}


def test_nodes_that_nobody_knows_leak_nothing_either():
    strange = Node("far/away", parameters={"deep": [{"/home/ada/x": "in /home/ada, of /Users/bob"}]}, unknown={"log": "/home/ada/log.txt"})
    data = write(Workflow(Graph({"1": strange}), description="made in /home/ada"))
    assert b"ada" not in shared(data, HOME) and b"bob" not in shared(data, HOME)
    assert private_texts(data, HOME)["/home/ada/log.txt"] == "log.txt"


@quick
@given(workflows())
def test_what_is_shared_is_a_workflow_and_sharing_it_again_changes_nothing(workflow):
    once = shared(write(workflow), HOME)
    assert shared(once, HOME) == once and json.loads(once)["format"] == "tessera-workflow"
