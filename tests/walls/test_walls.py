"""The walls of the house, as sentences."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
VAGUE = {"utils", "common", "helpers", "misc", "base", "core", "manager"}


def sources():
    return [path for room in ("app", "nodes", "graph_engine") for path in (ROOT / room).rglob("*.py")]


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)


def test_rooms_import_only_to_their_right():
    done = subprocess.run([Path(sys.executable).with_name("lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_code_is_clean_and_typed():
    for words in (("ruff", "check", "."), ("mypy",)):
        done = subprocess.run([Path(sys.executable).with_name(words[0]), *words[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def test_no_module_has_a_name_that_says_nothing():
    assert [str(path) for path in sources() if {path.stem, path.parent.name} & VAGUE] == []


def test_every_room_has_a_readme():
    for room in (".", "app", "nodes", "nodes/training", "graph_engine"):
        assert (ROOT / room / "README.md").stat().st_size > 500, room


def test_the_engine_and_its_tests_need_no_tensor_and_no_window():
    code = """
import sys
class Wall:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("torch", "numpy", "PIL", "PySide6", "safetensors"):
            raise ImportError(name)
sys.meta_path.insert(0, Wall())
import pytest
sys.exit(pytest.main(["-q", "-p", "no:pytest-qt", "-p", "no:cacheprovider", "tests/graph_engine"]))
"""
    done = run(code)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_window_is_imported_without_torch_or_nodes():
    done = run("import sys, app.window; print([m for m in ('torch', 'numpy', 'nodes') if m in sys.modules])")
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_the_command_line_is_imported_without_qt():
    done = run("import sys, app.cli; print([m for m in ('PySide6', 'psygnal') if m in sys.modules])")
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_qt_keeps_its_references_to_none():
    code = """
import sys
from PySide6.QtCore import QCoreApplication
application = QCoreApplication([])
before = sys.getrefcount(None)
for _ in range(1000):
    application.processEvents()
print(before - sys.getrefcount(None))
"""
    assert int(run(code).stdout) < 100


def test_no_file_names_a_place_on_somebodys_machine():
    spoken = "".join(path.read_text() for path in [*sources(), *ROOT.rglob("README.md")] if ".venv" not in path.parts)
    assert "/work/" not in spoken and "/root/" not in spoken
