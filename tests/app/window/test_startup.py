"""What the window's process loads, and how soon it answers."""

import json
import os
import subprocess
import sys
from pathlib import Path

PROBE = """
import json, sys, time
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
import app.window as w
application = QApplication([])
w.apply_theme(application, w.DARK)
runner = w.Runner("tests.toy", Path(sys.argv[1]))
window = w.make_window(runner)
window.show()
def answer():
    window.canvas.ask_for_node_here()
    loaded = {name.partition(".")[0] for name in sys.modules}
    rooms = {name for name in sys.modules if name.startswith("app.")}
    told = {"loaded": sorted(loaded), "rooms": sorted(rooms), "types": len(window.session.catalogue), "palette": window.palette.isVisible()}
    print(json.dumps(told))
    runner.close()
    application.quit()
if len(sys.argv) > 2:
    QTimer.singleShot(0, runner.start)
    runner.ready.connect(lambda _: answer())
else:
    QTimer.singleShot(0, answer)
application.exec()
"""


def _probe(cache: Path, *further: str) -> dict:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", PROBE, str(cache), *further], env=environment, capture_output=True, check=True, timeout=60)
    return json.loads(done.stdout)


def test_the_window_answers_without_torch_numpy_or_any_node(tmp_path: Path) -> None:
    told = _probe(tmp_path, "start the worker")
    assert told["palette"] and told["types"] > 4
    assert not {"torch", "numpy", "nodes", "PIL"} & set(told["loaded"])


def test_the_catalogue_is_remembered_for_the_next_start(tmp_path: Path) -> None:
    assert _probe(tmp_path)["types"] == 0
    first = _probe(tmp_path, "start the worker")
    assert _probe(tmp_path)["types"] == first["types"]


def test_no_panel_is_loaded_that_is_closed_at_first(tmp_path: Path) -> None:
    closed = {"app.album_panel.album_panel", "app.editors.panel", "app.help_panel", "app.import_panel", "app.queue_panel.queue_panel"}
    assert not closed & set(_probe(tmp_path)["rooms"])
