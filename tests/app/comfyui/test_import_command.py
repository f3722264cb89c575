"""`tessera import`, and what can be done with what it wrote."""

import json
from pathlib import Path

import pytest
from PIL import Image

from tests.app.comfyui.hand_made import api_text_to_image, text_to_image


@pytest.fixture
def comfy(tmp_path, monkeypatch):
    """A workflow file of ComfyUI in the current folder."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "cats.json"
    path.write_text(json.dumps(text_to_image().file()))
    return path


def test_an_import_writes_a_workflow_and_says_what_became_of_each_node(tessera, comfy, tmp_path):
    said = tessera("import", comfy, "--out", tmp_path / "out.json", "--json")
    assert (said.code, said.json["state"], said.json["file"]) == (0, "imported", str(tmp_path / "out.json"))
    assert [item["outcome"] for item in said.json["items"]] == ["mapped"] * 7
    assert [(file["name"], file["found"]) for file in said.json["files"]] == [("model.safetensors", False)]
    assert "7 mapped, 0 approximated, 0 unmapped" in said.err


def test_a_missing_checkpoint_keeps_its_name_and_check_says_so(tessera, comfy, tmp_path):
    tessera("import", comfy, "--out", tmp_path / "out.json")
    said = tessera("check", tmp_path / "out.json")
    assert said.code == 3 and "no such model: model.safetensors" in said.err and "put the file into a model folder" in said.err


def test_a_workflow_of_comfyui_is_not_run_but_named(tessera, comfy):
    said = tessera("run", comfy)
    assert said.code == 2 and "is a workflow of ComfyUI: tessera import turns it into one" in said.err


def test_an_imported_workflow_runs_on_the_starter_models(tessera, comfy, tmp_path):
    tessera("import", comfy, "--models", "starter", "--out", tmp_path / "out.json")
    assert tessera("check", tmp_path / "out.json").code == 0
    words = ("--set", "steps=2", "--set", "count=1", "--out", tmp_path / "pictures", "--json")
    said = tessera("run", tmp_path / "out.json", *words)
    (path,) = said.json["files"]
    assert said.code == 0 and path.endswith("cats_0001.png")
    with Image.open(path) as picture:
        assert picture.size == (128, 128)


def test_an_imported_workflow_makes_the_picture_of_one_made_by_hand(tessera, tmp_path):
    """The same models, words, steps, guidance and seed: the results have the same digest."""
    first = Path(__file__).parents[3] / "workflows" / "first_picture.json"
    raw = api_text_to_image()
    raw["3"]["inputs"] |= {"seed": 7, "steps": 2, "cfg": 3.0}
    raw["4"]["inputs"]["text"], raw["2"]["inputs"]["batch_size"] = "a cat in a meadow", 1
    raw["5"]["inputs"]["text"] = ""
    (tmp_path / "a.json").write_text(json.dumps(raw))
    tessera("import", tmp_path / "a.json", "--models", "starter", "--out", tmp_path / "out.json")
    digests = set()
    for words in (
        (tmp_path / "out.json",),
        (first, "--set", "steps=2", "--set", "guidance=3", "--seed", 7, "--set", "prompt=a cat in a meadow"),
    ):
        results = tessera("run", *words, "--out", tmp_path, "--json").json["results"]
        digests |= {found["image"]["digest"] for found in results.values() if "image" in found}
    assert len(digests) == 1


def test_the_other_forms_run_too(tessera, comfy, tmp_path):
    for name, raw in {"api.json": api_text_to_image(), "newer.json": text_to_image().newer_file()}.items():
        (tmp_path / name).write_text(json.dumps(raw))
        tessera("import", tmp_path / name, "--models", "starter", "--out", tmp_path / "out.json")
        words = ("--set", "steps=1", "--set", "width=64", "--set", "height=48", "--seed", 7, "--out", tmp_path / "pictures", "--json")
        said = tessera("run", tmp_path / "out.json", *words)
        assert said.code == 0 and len(said.json["files"]) == 2, said.err


def test_without_a_name_the_workflow_lies_here_and_takes_nobodys_place(tessera, comfy, tmp_path):
    assert tessera("import", comfy).code == 0 and (tmp_path / "cats.tessera.json").exists()
    said = tessera("import", comfy)
    assert said.code == 2 and "is there already" in said.err


def test_an_import_never_writes_over_the_file_that_it_reads(tessera, comfy):
    before = comfy.read_bytes()
    assert tessera("import", comfy, "--out", comfy).code == 2 and comfy.read_bytes() == before


def test_names_in_a_report_reach_the_terminal_as_text_only(tessera, tmp_path):
    (tmp_path / "odd.json").write_text(json.dumps({"\x1b[2J": {"class_type": "[red]\x1b]0;", "inputs": {}}}))
    said = tessera("import", tmp_path / "odd.json", "--out", tmp_path / "out.json")
    assert said.code == 0 and "[red]\\x1b]0;" in said.out and "\x1b" not in said.out


@pytest.mark.parametrize(
    ("file", "name"), [("input/dog.png", "dog.png"), ("workflows/dog.png", "dog.png [input]"), ("input/a/b.png", "a/b.png")]
)
def test_pictures_are_found_where_comfyui_keeps_them(tessera, tmp_path, file, name):
    (tmp_path / file).parent.mkdir(parents=True)
    Image.new("RGB", (8, 8)).save(tmp_path / file)
    (tmp_path / "workflows").mkdir(exist_ok=True)
    nodes = {"1": {"class_type": "LoadImage", "inputs": {"image": name}}, "2": {"class_type": "LoadImage", "inputs": {"image": "none.png"}}}
    (tmp_path / "workflows" / "a.json").write_text(json.dumps(nodes))
    said = tessera("import", tmp_path / "workflows" / "a.json", "--out", tmp_path / "out.json", "--json")
    assert [(needed["name"], needed["found"]) for needed in said.json["files"]] == [(str(tmp_path / file), True), ("none.png", False)]
    nodes = json.loads((tmp_path / "out.json").read_text())["nodes"]
    assert sorted(node["parameters"]["file"] for node in nodes.values()) == sorted([str(tmp_path / file), "none.png"])
