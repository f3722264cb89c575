"""Every test has caches and models of its own; the command line runs in this process on workflows that take a blink."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, settings

from graph_engine import Exposed, Graph, Link, Node, Workflow, save

# Machines are busy: how long an example takes says nothing of what it shows.
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("TESSERA_CACHE", str(folder / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(folder / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))


class Said(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> dict:
        return json.loads(self.out)


@pytest.fixture
def tessera(capsys) -> Callable[..., Said]:
    from app.cli import run_command

    def run(*words: object) -> Said:
        code = run_command([str(word) for word in words])
        return Said(int(code), *capsys.readouterr())

    return run


@pytest.fixture
def copy_workflow(tmp_path) -> Path:
    """Load a picture, save it again; the name and the picture are exposed."""
    from PIL import Image

    picture = tmp_path / "red.png"
    Image.new("RGBA", (8, 8), (255, 0, 0, 128)).save(picture)
    nodes = {"1": Node("image/load_image", parameters={"file": str(picture)}), "2": Node("output/save_image")}
    workflow = Workflow(
        Graph(nodes, [Link("1", "image", "2", "image")]),
        name="Copy",
        exposed={"name": Exposed("2", "name", "what to call it"), "embed": Exposed("2", "embed")},
    )
    save(workflow, tmp_path / "copy.json")
    return tmp_path / "copy.json"
