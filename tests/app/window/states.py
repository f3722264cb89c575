"""The main states of the window, to be photographed. Node types and workflow are stored beside: other nodes change no picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPointF
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QWidget

from app.album.album import Album
from app.album.entry import Made
from app.album_panel.recorder import png
from app.examples import Example
from app.node_words import catalogue_in_language
from app.pictures import to_qimage
from app.runner import Runner
from app.session import Session
from app.theme.tokens import DARK, THEMES, Theme
from app.window import Window
from graph_engine import Catalogue, Workflow, read, write
from graph_engine.events import Result, RunFinished, StepFailed, StepFinished
from graph_engine.values import Pixels

PICTURES = Path(__file__).parent / "pictures"
CATALOGUE, WORKFLOW = PICTURES / "catalogue.json", PICTURES / "workflow.json"
SIZE = (1280, 800)
SIDE = 96


def dawn(hue: int = 0) -> Pixels:
    """A picture by a formula: a disk before a sky."""
    rgba = bytearray()
    for y in range(SIDE):
        for x in range(SIDE):
            in_disk = (x - 60) ** 2 + (y - 52) ** 2 < 500
            rgba += bytes((250, 214 - hue, 90 + hue, 255) if in_disk else (60 + y, 90 + hue + y // 2, 190 - y, 255))
    return Pixels(SIDE, SIDE, bytes(rgba))


def photographed(folder: Path, theme: Theme = DARK) -> Window:
    """A window whose worker never starts, so that nothing in it changes by itself."""
    (folder / "output").mkdir(parents=True)
    QCursor.setPos(0, 0)  # not where another test left it
    types = catalogue_in_language(Catalogue.from_json(CATALOGUE.read_bytes()))
    window = Window(Session(types), Runner("", folder / "cache", folder / "output"), theme, Album(folder / "album"))
    window.resize(*SIZE)
    window.canvas.start_page.show_beginnings(_examples(folder), ())
    window.show()
    return window


def _examples(folder: Path) -> list[Example]:
    to_qimage(dawn()).save(str(folder / "dawn.png"))
    return [Example(folder, f"Example {name}", "A disk before a sky.", folder / "dawn.png") for name in ("one", "two", "three")]


def _opened(window: Window) -> None:
    workflow: Workflow = read(WORKFLOW.read_bytes())
    window.session.document.apply("Open", workflow)
    window.canvas.frame_all()


def _ran(window: Window) -> None:
    """Every node ran, and the last two show what they made."""
    _opened(window)
    session = window.session
    session.runs.begin(session.flat)
    session.runs.follow("earlier", session.queueing.pace)
    for node, held in session.workflow.graph.nodes.items():
        shows = held.type in ("tokenizer/decode", "output/save_image")
        results = (Result("image", "Image", "", "96 × 96", dawn() if shows else None),)
        session.running.take_event(StepFinished("earlier", node, "ran", 0.5, results))
    session.running.take_event(RunFinished("earlier", "done", 0.5, tuple(session.workflow.graph.nodes)))
    window.canvas.frame_all()


def _selected(window: Window, kind: str) -> str:
    node = next(key for key, held in window.session.workflow.graph.nodes.items() if held.type == kind)
    window.session.select({node})
    return node


def start_page(window: Window) -> QWidget:
    return window


def opened_workflow(window: Window) -> QWidget:
    _opened(window)
    return window


def finished_run(window: Window) -> QWidget:
    _ran(window)
    return window


def failed_node(window: Window) -> QWidget:
    _opened(window)
    node = _selected(window, "sampling/generate")
    window.session.runs.follow("earlier", window.session.queueing.pace)
    window.session.running.take_event(
        StepFailed("earlier", node, "failed", "width: must be a multiple of 16, got 100", "set it to 96 or 112", "details")
    )
    return window


def inspected_node(window: Window) -> QWidget:
    _opened(window)
    _selected(window, "sampling/generate")
    return window


def open_palette(window: Window) -> QWidget:
    _opened(window)
    window.canvas.ask_for_node_here()
    window.palette.field.setText("ma")
    return window


def simple_view(window: Window) -> QWidget:
    _ran(window)
    window.toggle_simple_view()
    return window


def history(window: Window) -> QWidget:
    _opened(window)
    for seed in range(5):
        picture = png(to_qimage(dawn(20 * seed)))
        made = Made(dawn(20 * seed), "Dawn", "", "8", "Decode", str(seed), write(window.session.workflow), {"seed": (seed,)})
        window.recorder.album.add(made, picture, picture)
    window.docks.toggle_history()
    return window


def help_page(window: Window) -> QWidget:
    _opened(window)
    _selected(window, "prompt/prompt")
    window.show_help()
    return window


def shortcuts(window: Window) -> QWidget:
    window.choices.choose_shortcuts()
    return next(widget for widget in QApplication.topLevelWidgets() if widget.objectName() == "shortcuts" and widget.isVisible())


def _editor(kind: str, parameter: str, value: dict) -> Callable[[Window], QWidget]:
    def opened(window: Window) -> QWidget:
        node = window.session.add_node(kind, QPointF(0, 0).toTuple())
        found = window.session.type_of(node).parameter(parameter)
        window.session.set_parameter(node, found, value)
        window.session.select({node})
        window.docks.open_editor(node)
        return window

    return opened


BOX = [2000, 2500, 5000, 4000]
mask_editor = _editor("mask/paint_mask", "painted", {"shapes": [{"tool": "ellipse", "box": BOX}]})
layout_editor = _editor("control/layout", "painted", {"regions": [{"words": "a red car", "box": BOX}]})
sketch_editor = _editor("control/sketch", "painted", {})

STATES: dict[str, tuple[Callable[[Window], QWidget], str, str]] = {
    "start_page": (start_page, "dark", "en"),
    "opened_workflow": (opened_workflow, "dark", "en"),
    "finished_run": (finished_run, "dark", "en"),
    "finished_run_light": (finished_run, "light", "en"),
    "finished_run_high_contrast": (finished_run, "high contrast", "en"),
    "failed_node": (failed_node, "dark", "en"),
    "inspected_node": (inspected_node, "light", "en"),
    "inspected_node_german": (inspected_node, "dark", "de"),
    "open_palette": (open_palette, "dark", "en"),
    "simple_view": (simple_view, "light", "en"),
    "history": (history, "dark", "en"),
    "help_page_german": (help_page, "light", "de"),
    "shortcuts": (shortcuts, "dark", "en"),
    "mask_editor": (mask_editor, "dark", "en"),
    "layout_editor": (layout_editor, "light", "en"),
    "sketch_editor": (sketch_editor, "dark", "en"),
}
"""By name: what brings the window there, in which theme and language."""

__all__ = ["STATES", "THEMES", "photographed"]
