"""The shipped workflow, with the real nodes and models: one file, one result, in the window and without it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from pytestqt.qtbot import QtBot

from app.files import FIRST_PICTURE
from app.runner import Runner
from app.session import Session
from app.window import Window
from graph_engine import Exposed, Workflow, read

STEPS = 2
PATIENCE = 60_000


def _from_the_command_line(folder: Path) -> dict[str, dict[str, str]]:
    """Digests of all results by node and output."""
    command = [sys.executable, "-m", "app", "run", str(FIRST_PICTURE), "--set", f"steps={STEPS}", "--out", str(folder), "--json"]
    environment = os.environ | {"TESSERA_CACHE": str(folder / "cache")}
    done = subprocess.run(command, env=environment, capture_output=True, check=True, timeout=PATIENCE / 1000)
    results = json.loads(done.stdout)["results"]
    return {node: {output: result["digest"] for output, result in outputs.items()} for node, outputs in results.items()}


def _from_the_window(qtbot: QtBot, folder: Path) -> tuple[Window, dict[str, dict[str, str]]]:
    runner = Runner(cache=folder / "cache", output_folder=folder)
    window = Window(Session(runner.remembered()), runner)
    qtbot.addWidget(window, before_close_func=lambda _: window.session.document.save(folder / "first_picture.json"))
    window.show()
    with qtbot.waitSignal(runner.ready, timeout=PATIENCE):
        runner.start()
    assert window.files.open_path(FIRST_PICTURE)
    _set_steps(window.session)
    window.session.running.run()
    qtbot.waitUntil(lambda: not window.session.runs.running, timeout=PATIENCE)
    steps = window.session.steps
    return window, {node: {result.output: result.digest for result in steps[node].results} for node in window.session.workflow.graph.nodes}


def _set_steps(session: Session) -> None:
    exposed = session.workflow.exposed["steps"]
    node_type = session.type_of(exposed.node)
    parameter = node_type.parameter(exposed.parameter) if node_type else None
    assert parameter
    session.set_parameter(exposed.node, parameter, STEPS)


def test_window_and_command_line_give_the_same_digests(qtbot: QtBot, tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    window, shown = _from_the_window(qtbot, inside)
    told = _from_the_command_line(outside)
    assert shown == told and any("image" in outputs for outputs in told.values())
    picture = window.session.viewed_picture
    assert picture is not None and window.viewer.view.picture_size.width() == picture.width
    (written,) = inside.glob("*.png")
    assert window.files.open_path(written)
    assert window.session.document.path is None
    carried: Workflow = window.session.workflow
    assert carried.exposed == read(FIRST_PICTURE.read_bytes()).exposed
    assert isinstance(carried.exposed["steps"], Exposed)
