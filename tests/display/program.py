"""`python -m app`, which besides tells on its pipes where things are on the screen and how things stand."""

from __future__ import annotations

import hashlib
import json
import runpy
import sys
import threading
from typing import Any

from PySide6.QtCore import QObject, QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu, QWidget

PACE = 20  # milliseconds that an answer takes at least, so that asking again and again is no busy loop


def _window() -> Any:
    return next(widget for widget in QApplication.topLevelWidgets() if widget.objectName() == "tessera")


def _middle(widget: QWidget) -> list[int]:
    return list(widget.mapToGlobal(widget.rect().center()).toTuple())


def _on_canvas(point: QPointF | QPoint) -> list[int]:
    canvas = _window().canvas
    at = canvas.mapFromScene(point) if isinstance(point, QPointF) else point
    return list(canvas.viewport().mapToGlobal(at).toTuple())


def _state() -> dict[str, Any]:
    window = _window()
    session = window.session
    workflow, picture, focus = session.workflow, session.viewed_picture, QApplication.focusWidget()
    dialog = QApplication.activeModalWidget()
    return {
        "nodes": {key: {"type": node.type, "parameters": dict(node.parameters)} for key, node in workflow.graph.nodes.items()},
        "links": sorted([link.source, link.output, link.target, link.input] for link in workflow.graph.links),
        "layout": {key: list(place) for key, place in workflow.layout.items()},
        "selected": sorted(session.selection),
        "running": session.runs.running,
        "said": session.runs.said,
        "picture": hashlib.sha256(picture.rgba).hexdigest() if picture else None,
        "worker": window.status.worker.text(),
        "notice": window.notice.text.text() if window.notice.isVisible() else "",
        "palette": [found.title for found in window.palette.model.types] if window.palette.isVisible() else None,
        "beginnings": window.canvas.start_page.isVisible(),
        "simple": window.simple_view.isVisible(),
        "documents": len(session.documents),
        "modified": session.document.modified,
        "zoom": window.canvas.transform().m11(),
        "middle": list(window.canvas.mapToScene(window.canvas.viewport().rect().center()).toTuple()),
        "focus": (focus.objectName() or type(focus).__name__) if focus else "",
        "dialog": dialog.objectName() or type(dialog).__name__ if dialog else "",
        "title": window.windowTitle(),
        "menus": [menu.title() for menu in window.menuBar().findChildren(QMenu) if menu.parent() is window.menuBar()],
        "theme": window.theme.name,
    }


def _answer(asked: dict[str, Any]) -> Any:
    window, what = _window(), asked["ask"]
    match what:
        case "state":
            return _state()
        case "port":
            item = window.canvas.graph_scene.nodes[asked["node"]]
            return _on_canvas(item.port_point(asked["name"], asked["gives"]))
        case "head":
            return _on_canvas(window.canvas.graph_scene.nodes[asked["node"]].pos() + QPointF(60, 14))
        case "canvas":
            area = window.canvas.viewport().rect()
            return _on_canvas(QPoint(round(area.width() * asked["x"]), round(area.height() * asked["y"])))
        case "widget":
            found = [one for one in QApplication.allWidgets() if one.objectName() == asked["name"] and one.isVisible()]
            return _middle(found[0]) if found else None
        case "button":
            wanted = asked["words"]
            found = [
                one
                for one in QApplication.allWidgets()
                if isinstance(one, QAbstractButton) and one.isVisible() and wanted in (one.text(), one.accessibleName(), one.objectName())
            ]
            return _middle(found[0]) if found else None
    raise ValueError(f"ask: must be known, got {what}")


class Teller(QObject):
    asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.asked.connect(self._tell, Qt.ConnectionType.QueuedConnection)
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in sys.stdin:
            self.asked.emit(line)

    def _tell(self, line: str) -> None:
        QTimer.singleShot(PACE, lambda: print(json.dumps(_answer(json.loads(line))), flush=True))


if __name__ == "__main__":
    teller = Teller()
    runpy.run_module("app", run_name="__main__", alter_sys=True)
