"""``tessera export FILE --python``: a script that, run by itself, makes the picture that the workflow makes."""

import os
import subprocess
import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[3]
FIRST = ROOT / "workflows" / "first_picture.json"


def pixels(path):
    with Image.open(path) as picture:
        return picture.mode, picture.size, picture.tobytes()


def run_script(path, folder):
    folder.mkdir()
    made = subprocess.run([sys.executable, path], cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    return [folder / line for line in made.stdout.splitlines() if line.endswith(".png")]


def test_the_script_makes_the_picture_of_the_run(tessera, tmp_path):
    words = ("--set", "steps=2", "--set", "count=2", "--seed", "5")
    said = tessera("export", FIRST, "--python", *words, "--out", tmp_path / "first.py", "--json")
    assert (said.code, said.json["file"]) == (0, str(tmp_path / "first.py"))
    scripted = run_script(tmp_path / "first.py", tmp_path / "by_script")
    ran = tessera("run", FIRST, *words, "--out", tmp_path / "by_run", "--json").json["files"]
    assert [Path(path).name for path in ran] == [path.name for path in scripted]
    assert [pixels(path) for path in ran] == [pixels(path) for path in scripted]


def test_a_picture_is_exported_as_the_workflow_that_it_carries(tessera, copy_workflow, tmp_path):
    (path,) = tessera("run", copy_workflow, "--out", tmp_path / "a", "--json").json["files"]
    assert tessera("export", path, "--python", "--out", tmp_path / "copied.py").code == 0
    (copied,) = run_script(tmp_path / "copied.py", tmp_path / "b")
    assert pixels(copied) == pixels(path)


def test_nothing_is_overwritten_that_nobody_named(tessera, copy_workflow, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    copy_workflow = copy_workflow.rename(tmp_path / "mine.json")
    assert tessera("export", copy_workflow, "--python").code == 0 and (tmp_path / "mine.py").exists()
    said = tessera("export", copy_workflow, "--python")
    assert said.code == 2 and "mine.py: is there already; name a file with --out" in said.err
    said = tessera("export", copy_workflow, "--python", "--out", copy_workflow)
    assert said.code == 2 and "must be another file than the workflow" in said.err and b"tessera-workflow" in copy_workflow.read_bytes()


def test_what_to_write_has_to_be_said(tessera, copy_workflow):
    said = tessera("export", copy_workflow)
    assert said.code == 2 and "export: must say what to write: --python" in said.err


def test_a_script_is_never_called_like_a_module_that_it_imports(tessera, copy_workflow, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert tessera("export", copy_workflow, "--python").code == 0 and (tmp_path / "copy_script.py").exists()
    for name in ("copy", "torch", "nodes"):
        said = tessera("export", copy_workflow, "--python", "--out", f"{name}.py")
        assert said.code == 2 and f"must not be called {name}" in said.err and not (tmp_path / f"{name}.py").exists()
