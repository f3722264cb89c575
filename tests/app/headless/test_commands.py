"""The command line on workflows that are as they should be."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from PIL import Image

from graph_engine import Exposed, Graph, Link, Node, Workflow, save

ROOT = Path(__file__).parents[3]
FIRST = ROOT / "workflows" / "first_picture.json"

WITHOUT_QT = """
import sys

class NoQt:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("PySide6", "shiboken6", "psygnal"):
            raise ImportError(name + " is not here")

sys.meta_path.insert(0, NoQt())
from app.cli import run_command
sys.exit(run_command(sys.argv[1:]))
"""


def test_a_workflow_runs_and_says_where_its_picture_is(tessera, copy_workflow, tmp_path):
    said = tessera("run", copy_workflow, "--out", tmp_path / "out", "--json")
    assert (said.code, said.json["state"]) == (0, "done")
    (path,) = said.json["files"]
    assert path in said.out
    with Image.open(path) as picture:
        assert picture.getpixel((0, 0)) == (255, 0, 0, 128)


def test_a_second_run_holds_what_the_first_made(tessera, copy_workflow, tmp_path):
    tessera("run", copy_workflow, "--out", tmp_path / "out")
    assert tessera("run", copy_workflow, "--out", tmp_path / "out", "--json").json["ran"] == ["2"]


def test_exposed_values_are_set_by_their_names(tessera, copy_workflow, tmp_path):
    said = tessera("run", copy_workflow, "--set", "name=blue/bird", "--set", "embed=false", "--out", tmp_path / "out", "--json")
    assert said.json["files"] == [str(tmp_path / "out" / "blue" / "bird_0001.png")]


def test_a_saved_picture_runs_as_the_workflow_that_it_carries(tessera, copy_workflow, tmp_path):
    (path,) = tessera("run", copy_workflow, "--out", tmp_path / "a", "--json").json["files"]
    again = tessera("run", path, "--out", tmp_path / "b", "--json")
    assert (again.code, len(again.json["files"])) == (0, 1)


def test_help_with_a_file_lists_what_it_exposes(tessera, copy_workflow):
    said = tessera("run", copy_workflow, "--help")
    assert said.code == 0 and "what to call it" in said.out and "embed" in said.out


def test_an_exposed_value_that_leads_nowhere_is_warned_of(tessera, tmp_path):
    nodes = {"1": Node("prompt/prompt"), "2": Node("stranger/thing")}
    exposed = {"a": Exposed("9", "text"), "b": Exposed("1", "texture"), "c": Exposed("2", "any"), "d": Exposed("1", "text")}
    save(Workflow(Graph(nodes), exposed=exposed), tmp_path / "loose.json")
    said = tessera("check", tmp_path / "loose.json")
    assert said.code == 0 and [name for name in exposed if f"exposed value {name}: must name a parameter" in said.err] == ["a", "b"]
    assert tessera("run", tmp_path / "loose.json", "--help").code == 0


def test_a_plan_says_what_would_run(tessera, copy_workflow):
    said = tessera("plan", copy_workflow, "--json")
    assert [step["state"] for step in said.json["steps"]] == ["run", "run"]
    assert "never ran" in said.err and "2 never ran, so their cost is not known" in said.err


def test_a_plan_after_a_run_says_what_is_held_and_what_the_rest_will_cost(tessera, copy_workflow, tmp_path):
    tessera("run", copy_workflow, "--out", tmp_path)
    said = tessera("plan", copy_workflow, "--json")
    first, second = said.json["steps"]
    assert (first["state"], second["reason"]) == ("disk", "acts on the world")
    assert "held: disk" in said.err and second["seconds"] < 60 and said.json["peaks"].keys() >= set(second["peaks"])


def test_a_sound_workflow_has_no_problems(tessera):
    assert tessera("check", FIRST).code == 0


def test_what_files_say_does_not_fit_is_told_before_a_run_and_refuses_it(tessera, tmp_path):
    nodes = {
        "load": Node("generator/load_generator", parameters={"file": "starter/flow_base"}),
        "class": Node("prompt/class_label"),
        "make": Node("sampling/generate"),
    }
    links = [Link("load", "generator", "make", "generator"), Link("class", "conditioning", "make", "positive")]
    save(Workflow(graph=Graph(nodes, links)), path := tmp_path / "odd.json")
    for command in ("check", "run"):
        said = tessera(command, path, "--json")
        assert said.code == 2
        (problem,) = said.json["problems"]
        assert (problem["node"], problem["where"]) == ("make", "positive")
        assert problem["remedy"] == "Connect Encode prompt in place of Class label."


def test_node_types_are_listed_and_explained(tessera):
    assert "sampling/generate" in tessera("nodes").out
    assert [node["id"] for node in tessera("nodes", "sampling/generate", "--json").json["nodes"]] == ["sampling/generate"]
    said = tessera("nodes", "sampling/generate")
    assert "Make new pictures, led by a prompt or a class" in said.out and "seed" in said.out


def test_the_headless_run_needs_no_qt(tmp_path):
    words = [sys.executable, "-c", WITHOUT_QT, "run", str(FIRST), "--set", "steps=2", "--out", str(tmp_path), "--json"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with Image.open(json.loads(done.stdout)["files"][0]) as picture:
        assert picture.size == (128, 128)


def test_one_seed_gives_one_picture_and_another_seed_another(tessera, tmp_path):
    def digest(seed):
        said = tessera("run", FIRST, "--set", "steps=2", "--seed", seed, "--out", tmp_path, "--json")
        assert said.json["seeds"] == {"6": seed}
        return said.json["results"]["8"]["image"]["digest"]

    assert digest(1) != digest(2)


def test_an_interrupt_stops_the_run_between_steps(tmp_path):
    words = [sys.executable, "-m", "app", "run", str(FIRST), "--set", "steps=1000", "--out", str(tmp_path)]
    process = subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    for line in process.stderr:
        if line.startswith("prompt/encode_prompt"):
            break
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "stopped" in err and not list(tmp_path.iterdir())


def test_a_second_interrupt_ends_the_process_at_once():
    code = """
import os, signal, threading
from app.headless import stopping
signal.signal(signal.SIGINT, signal.default_int_handler)  # what a shell starts in the background ignores it
stop = threading.Event()
with stopping(stop, print):
    os.kill(os.getpid(), signal.SIGINT)
    print(stop.is_set(), flush=True)
    os.kill(os.getpid(), signal.SIGINT)
    print("not reached")
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 130 and done.stdout.endswith("True\n")


def test_a_pickled_checkpoint_is_converted_without_being_run(tessera, tmp_path):
    make = f"""
import torch
from nodes.models.masked_generators import ImageBert, ImageBertConfig
torch.save(ImageBert(ImageBertConfig(32, 1, 16, 12, 6, 3, 4)).state_dict(), {str(tmp_path / "generator.bin")!r})
"""
    subprocess.run([sys.executable, "-c", make], cwd=ROOT, check=True)
    said = tessera("convert", tmp_path / "generator.bin", "--size", "heads=8", "--json")
    assert (said.code, said.json["layout"]) == (0, "imagebert")
    assert said.json["file"] == str(tmp_path / "generator.safetensors")
    again = tessera("convert", tmp_path / "generator.bin")
    assert (again.code, "is taken" in again.err) == (2, True)
    wrong = tessera("convert", tmp_path / "generator.bin", "--size", "heads=many")
    assert (wrong.code, "must be NAME=VALUE" in wrong.err) == (2, True)
