"""Sweeps on toy nodes: what is shared runs once, what fails stops nothing, what is done is not done again."""

import json
import shutil
import threading
from pathlib import Path

import pytest
from PIL import Image

from app.carried import carried_workflow
from app.cli import run_command
from graph_engine import Exposed, Graph, Link, Node, Workflow, read, save
from tests.app.queue.conftest import begun, finished, until

WORDS = ("--grid", "color=#ff0000ff,#00ff0080", "--grid", "side=8,16,32")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A number that is slow to come by, and a swatch that is written into the cell's folder."""
    nodes = {
        "1": Node("numbers/number"),
        "2": Node("numbers/note_down", parameters={"log": str(tmp_path / "log")}),
        "3": Node("pictures/keep_number"),
        "4": Node("pictures/swatch"),
        "5": Node("pictures/keep_each"),
    }
    exposed = {"color": Exposed("4", "color"), "side": Exposed("4", "side"), "number": Exposed("1", "value"), "log": Exposed("2", "log")}
    links = [Link("1", "integer", "2", "a"), Link("2", "integer", "3", "a"), Link("4", "swatch", "5", "picture")]
    save(Workflow(Graph(nodes, links), name="Swatches", exposed=exposed), tmp_path / "swatches.json")
    return tmp_path / "swatches.json"


def swept(capsys, *words: object) -> tuple[int, dict]:
    code = run_command(["sweep", *(str(word) for word in words), "--json"], "tests.toy")
    return int(code), json.loads(capsys.readouterr().out)


def test_the_shared_part_runs_once_and_each_cell_has_a_folder(file, tmp_path, capsys):
    code, said = swept(capsys, file, *WORDS, "--out", tmp_path / "out")
    assert (code, said["state"], len(said["cells"])) == (0, "done", 6)
    assert (tmp_path / "log").read_text().split() == ["1"]
    assert [cell["ran"].count("2") for cell in said["cells"]] == [1, 0, 0, 0, 0, 0]
    folders = [tmp_path / "out" / cell["name"] for cell in said["cells"]]
    assert all((folder / "kept_1.bin").exists() for folder in folders) and len(set(folders)) == 6


def test_the_record_tells_values_files_and_digests_of_each_cell(file, tmp_path, capsys):
    swept(capsys, file, "--grid", "side=8,16", "--out", tmp_path / "out")
    record = json.loads((tmp_path / "out" / "sweep.json").read_text())
    first, second = record["cells"]
    assert (
        first["name"] == "side-8" and first["values"] == {"side": 8} and set(first["files"]) == {"side-8/kept_1.bin", "side-8/number.txt"}
    )
    assert first["results"]["4"]["swatch"]["digest"] != second["results"]["4"]["swatch"]["digest"]


def test_the_sheet_shows_alpha_on_a_checkerboard(file, tmp_path, capsys):
    swept(capsys, file, *WORDS, "--out", tmp_path / "out")
    with Image.open(tmp_path / "out" / "contact_sheet.png") as sheet:
        colors = {color for _, color in sheet.convert("RGB").getcolors(1 << 24)}
    for wanted in ((255, 0, 0), (127, 255, 127), (111, 239, 111)):  # half green on white and on gray, to rounding
        assert any(max(abs(a - b) for a, b in zip(color, wanted, strict=True)) <= 2 for color in colors)
    assert (0, 255, 0) not in colors


def test_the_sheet_carries_the_workflow_without_paths_of_the_machine(file, tmp_path, capsys):
    swept(capsys, file, *WORDS, "--out", tmp_path / "out")
    sheet = (tmp_path / "out" / "contact_sheet.png").read_bytes()
    assert str(tmp_path).encode() not in sheet
    carried, made = (read(data) for data in (carried_workflow(sheet, "sheet"), file.read_bytes()))
    assert carried.graph.links == made.graph.links and carried.exposed == made.exposed


def test_a_cell_that_fails_stops_no_other(file, tmp_path, capsys):
    table = tmp_path / "t.csv"
    table.write_text(f"number,log\n1,{tmp_path}/log\n2,{tmp_path}/no/such/folder\n3,{tmp_path}/log\n")
    code, said = swept(capsys, file, "--table", table, "--out", tmp_path / "out")
    assert (code, [cell["state"] for cell in said["cells"]]) == (4, ["done", "failed", "done"])
    assert "No such file" in said["cells"][1]["failures"][0]["message"]


def test_the_same_sweep_again_touches_only_what_is_missing(file, tmp_path, capsys):
    _, first = swept(capsys, file, *WORDS, "--out", tmp_path / "out")
    gone = tmp_path / "out" / first["cells"][2]["name"]
    shutil.rmtree(gone)
    _, again = swept(capsys, file, *WORDS, "--out", tmp_path / "out")
    assert [folder.name for folder in (tmp_path / "out").glob("*/kept_2.bin")] == [] and (gone / "kept_1.bin").exists()
    assert [cell["results"]["4"] for cell in again["cells"]] == [cell["results"]["4"] for cell in first["cells"]]


def test_a_larger_sweep_in_the_same_folder_keeps_what_it_has(file, tmp_path, capsys):
    swept(capsys, file, "--grid", "side=8,16", "--out", tmp_path / "out")
    _, said = swept(capsys, file, "--grid", "side=4,8,16", "--out", tmp_path / "out")
    assert [cell["name"] for cell in said["cells"]] == ["side-4", "side-8", "side-16"]
    assert not list((tmp_path / "out").glob("*/kept_2.bin"))


def test_a_folder_of_another_sweep_is_left_alone(file, tmp_path, capsys):
    swept(capsys, file, "--grid", "side=8", "--out", tmp_path / "out")
    code, said = swept(capsys, file, "--grid", "side=8", "--set", "color=#000000ff", "--out", tmp_path / "out")
    assert code == 2 and "is of another workflow or other settings" in said["problems"][0]["message"]


@pytest.mark.parametrize("queued", [False, True])
def test_a_killed_sweep_goes_on_where_it_was(file, tmp_path, queued):
    out, slow = tmp_path / "out", tmp_path / "slow.json"
    nodes = {"1": Node("numbers/number"), "2": Node("numbers/note_down", parameters={"log": str(tmp_path / "log"), "pause": 0.3})}
    nodes["3"] = Node("pictures/keep_number")
    links = [Link("1", "integer", "2", "a"), Link("2", "integer", "3", "a")]
    save(Workflow(Graph(nodes, links), exposed={"number": Exposed("1", "value")}), slow)
    words = ["sweep", slow, "--grid", "number=1:5", "--out", out, "--json"]
    if queued:
        assert finished(begun(*words, "--queue"))["sweep"]
        words = ["queue", "run", "--until-empty", "--json"]
    killed = begun(*words)
    until(lambda: (tmp_path / "log").exists() and len((tmp_path / "log").read_text().split()) == 3)
    killed.kill()
    killed.communicate()
    said = finished(begun(*words))
    assert (said["jobs"][0] if queued else said)["state"] == "done"
    assert [(out / f"number-{n}" / "number.txt").read_text() for n in range(1, 6)] == ["2", "3", "4", "5", "6"]
    assert (tmp_path / "log").read_text().split() in (["1", "2", "3", "3", "4", "5"], ["1", "2", "3", "4", "5"])


def test_an_executor_of_another_kind_gives_the_same_record(file, tmp_path):
    from app.engine_room import EngineRoom
    from app.sweep_record import source_of
    from app.sweeping import LocalExecutor, run_sweep
    from graph_engine.sweep import Sweep, grid
    from graph_engine.workflow import read

    room, workflow = EngineRoom("tests.toy"), read(file.read_bytes())
    made = Sweep((grid("side=8,16", {"side": room.catalogue["pictures/swatch"].parameter("side").kind}),))
    local = LocalExecutor(room, workflow, tmp_path / "b", lambda event: None, threading.Event(), None, "r")
    plain = run_sweep(room, workflow, made, tmp_path / "a", source=source_of(workflow))
    other = run_sweep(room, workflow, made, tmp_path / "b", source=source_of(workflow), executor=lambda todo: local(todo[::-1]))
    assert [(cell.name, cell.results["4"], cell.files) for cell in other.cells] == [
        (cell.name, cell.results["4"], cell.files) for cell in plain.cells
    ]
