"""Every menu entry and shortcut, one row each. Menus, tool bar, shortcuts and context menus are made from these rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from app.aligning import aligned, distributed, straightened
from app.editors.subject import painted_parameter
from app.language import LANGUAGES
from app.preferences import SCALES
from app.theme.tokens import THEMES
from graph_engine.board import LINKED, TITLE
from graph_engine.graph import BYPASSED, MUTED

Window = Any  # the rows are read by the window; naming its class here would close a circle


class Row(NamedTuple):
    """``scope`` "canvas" = the keys count only while the canvas has the keyboard. ``when`` says whether it can be done now."""

    name: str
    menu: str
    text: str
    keys: tuple[str, ...]
    do: Callable[[Window], object]
    icon: str = ""
    tip: str = ""
    scope: str = "window"
    when: Callable[[Window], bool] = lambda window: True
    separated: bool = False
    on_node: bool = False  # in the context menu of a node
    swatch: str | None = None  # a color that is shown beside the words
    on_empty: bool = False  # in the context menu of the empty canvas
    checked: Callable[[Window], bool] | None = None  # of what is on or off


def _selected(window: Window) -> bool:
    return bool(window.session.selection)


def _painted(window: Window) -> bool:
    return painted_parameter(window.session, window.session.selected_node) is not None


def _group(window: Window) -> bool:
    return window.session.groups.is_group(window.session.selected_node)


def _chosen(window: Window) -> bool:
    return bool(window.session.chosen)


def _tabbed(window: Window) -> bool:
    return len(window.session.documents) > 1


def _several(window: Window) -> bool:
    return len(window.session.selection) > 1


def _align_row(side: str, text: str) -> Row:
    return Row(f"align_{side}", "Arrange", f"Align {text}", (), lambda w: w.arrange("Align", aligned(w.chosen_boxes, side)), when=_several)


def _distribute_row(way: str, across: bool) -> Row:
    do = lambda w: w.arrange("Distribute", distributed(w.chosen_boxes, across))  # noqa: E731
    return Row(f"distribute_{way}", "Arrange", f"Distribute {way}", (), do, when=_several)


ARRANGE = (
    Row(
        "tidy", "Arrange", "Tidy up", ("L",), lambda w: w.tidy(), scope="canvas", tip="Lay out the selection, or everything", on_node=True,
        on_empty=True,
    ),
    Row(
        "straighten", "Arrange", "Straighten wires", ("Q",),
        lambda w: w.arrange("Straighten", straightened(w.chosen_boxes, w.session.workflow.graph, w.canvas.offsets())), scope="canvas",
        when=_several, on_node=True,
    ),
    _align_row("left", "left edges")._replace(separated=True),
    _align_row("center", "centers"),
    _align_row("right", "right edges"),
    _align_row("top", "top edges"),
    _align_row("middle", "middles"),
    _align_row("bottom", "bottom edges"),
    _distribute_row("across", across=True)._replace(separated=True),
    _distribute_row("down", across=False),
)  # fmt: skip


def _color_row(name: str, color: str) -> Row:
    return Row(f"color_{name.lower()}", "Color", name, (), lambda w: w.session.board.color(color), when=_chosen, swatch=color)


NODE_COLORS = {
    "Red": "#e0605a", "Orange": "#e8944a", "Yellow": "#d9bd4e", "Green": "#67b878", "Teal": "#4db6ac", "Blue": "#5b9be6",
    "Violet": "#9a80e0", "Pink": "#d978b4",
}  # fmt: skip
COLORS = (_color_row("None", ""), *(_color_row(name, color) for name, color in NODE_COLORS.items()))


def _view_rows(digit: str) -> tuple[Row, Row]:
    return (
        Row(
            f"keep_view_{digit}", "Kept views", f"Keep view {digit}", (f"Ctrl+{digit}",),
            lambda w: w.session.board.keep_view(digit, w.canvas.view_kept), scope="canvas", separated=digit == "1",
        ),
        Row(
            f"show_view_{digit}", "Kept views", f"Go to view {digit}", (f"Shift+{digit}",), lambda w: w.canvas.show_view(digit),
            scope="canvas", when=lambda w: digit in w.session.board.here.views,
        ),
    )  # fmt: skip


VIEWS = tuple(row for rows in zip(*(_view_rows(digit) for digit in "123456789"), strict=True) for row in rows)

LOOKS = (
    *(
        Row(f"theme_{name.replace(' ', '_')}", "Theme", name.capitalize(), (), lambda w, name=name: w.choices.choose_theme(name))
        for name in THEMES
    ),
    *(
        Row(f"language_{code}", "Language", name, (), lambda w, code=code: w.choices.choose_language(code))
        for code, name in LANGUAGES.items()
    ),
    *(
        Row(f"scale_{scale:.0%}", "Interface scale", f"{scale:.0%}", (), lambda w, scale=scale: w.choices.choose_scale(scale))
        for scale in SCALES
    ),
)

ROWS = (
    Row("new", "File", "New", ("Ctrl+N",), lambda w: w.files.new(), "new"),
    Row("new_tab", "File", "New tab", ("Ctrl+T",), lambda w: w.session.add_document(), tip="A document beside those that are open"),
    Row("close_tab", "File", "Close tab", ("Ctrl+W",), lambda w: w.files.close_document()),
    Row("next_tab", "View", "Next tab", ("Ctrl+Tab", "Ctrl+PgDown"), lambda w: w.tabs.step(1), when=_tabbed),
    Row("former_tab", "View", "Former tab", ("Ctrl+Shift+Tab", "Ctrl+PgUp"), lambda w: w.tabs.step(-1), when=_tabbed),
    Row("open", "File", "Open…", ("Ctrl+O",), lambda w: w.files.open(), "open"),
    Row("first_picture", "File", "Open the first picture", (), lambda w: w.files.open_first_picture()),
    Row("save", "File", "Save", ("Ctrl+S",), lambda w: w.files.save(), "save", separated=True),
    Row("save_as", "File", "Save as…", ("Ctrl+Shift+S",), lambda w: w.files.save_as()),
    Row(
        "export_python", "File", "Export as Python…", (), lambda w: w.files.export_python(), tip="A script that makes the same pictures",
        when=lambda w: bool(w.session.document.workflow.graph.nodes),
    ),
    Row("earlier", "File", "Earlier versions…", (), lambda w: w.files.show_earlier(), when=lambda w: bool(w.session.document.path)),
    Row("recover", "File", "Recover unsaved work…", (), lambda w: w.files.show_lost(), when=lambda w: bool(w.files.lost)),
    Row("quit", "File", "Quit", ("Ctrl+Q",), lambda w: w.close(), separated=True),
    Row("undo", "Edit", "Undo", ("Ctrl+Z",), lambda w: w.session.undo(), "undo", when=lambda w: bool(w.session.document.undo_label)),
    Row(
        "redo", "Edit", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), lambda w: w.session.redo(), "redo",
        when=lambda w: bool(w.session.document.redo_label),
    ),
    Row("cut", "Edit", "Cut", ("Ctrl+X",), lambda w: w.cut(), scope="canvas", when=_selected, separated=True),
    Row("copy", "Edit", "Copy", ("Ctrl+C",), lambda w: w.copy(), scope="canvas", when=_selected, on_node=True),
    Row("paste", "Edit", "Paste", ("Ctrl+V",), lambda w: w.paste(), scope="canvas", on_empty=True),
    Row(
        "paste_linked", "Edit", "Paste with inputs", ("Ctrl+Shift+V",), lambda w: w.paste(keep_inputs=True), scope="canvas",
        tip="Paste, linked to what the copied nodes were linked to",
    ),
    Row("duplicate", "Edit", "Duplicate", ("Ctrl+D",), lambda w: w.session.duplicate(), when=_selected, on_node=True),
    Row(
        "duplicate_linked", "Edit", "Duplicate with inputs", ("Ctrl+Shift+D",), lambda w: w.session.duplicate(keep_inputs=True),
        when=_selected,
    ),
    Row("delete", "Edit", "Delete", ("Del", "Backspace"), lambda w: w.canvas.delete_chosen(), scope="canvas", on_node=True),
    Row(
        "delete_and_heal", "Edit", "Delete and heal", ("Ctrl+Del",), lambda w: w.session.rewires.delete_and_heal(), scope="canvas",
        tip="Delete, and link past what is gone", when=_selected,
    ),
    Row(
        "find", "Edit", "Find…", ("Ctrl+F", "/"), lambda w: w.canvas.finder.open_finder(), "search", "Find a node, frame or note",
        scope="canvas",
    ),
    Row("select_all", "Edit", "Select all", ("Ctrl+A",), lambda w: w.session.select_all(), scope="canvas", separated=True, on_empty=True),
    Row("add", "Graph", "Add node…", ("Tab", "Shift+A"), lambda w: w.canvas.ask_for_node_here(), "add", scope="canvas", on_empty=True),
    Row(
        "walk_ports", "Graph", "Link by keys", ("P",), lambda w: w.canvas.walk_ports(), scope="canvas",
        tip="Walk over the ends of the selected node by arrows; Enter takes a wire up and joins it, Delete unlinks",
        when=lambda w: bool(w.session.selected_node), on_node=True,
    ),
    Row(
        "edit_values", "Graph", "Edit values", ("V",), lambda w: w.edit_values(), scope="canvas",
        tip="Put the keyboard on the first value of the selected node", when=_selected,
    ),
    Row("rename", "Graph", "Rename", ("F2",), lambda w: w.rename(), when=_chosen, on_node=True),
    Row(
        "add_frame", "Graph", "Frame", ("C",), lambda w: w.canvas.add_frame(), scope="canvas", tip="Put a frame around the selection",
        when=_chosen, separated=True, on_node=True,
    ),
    Row("add_note", "Graph", "Note", ("N",), lambda w: w.canvas.add_note(), scope="canvas", tip="Write on the canvas", on_empty=True),
    Row("add_dot", "Graph", "Dot on wire", (".",), lambda w: w.canvas.add_dot(), scope="canvas", tip="A dot that the wire goes through"),
    Row(
        "collapse", "Graph", "Collapse", ("H", "Alt+C"), lambda w: w.session.board.fold(TITLE), scope="canvas",
        tip="Fold to the title, or unfold", when=_selected, on_node=True,
    ),
    Row(
        "hide_unused", "Graph", "Hide unused", ("Ctrl+H",), lambda w: w.session.board.fold(LINKED), scope="canvas",
        tip="Show only what is linked or set", when=_selected,
    ),
    *COLORS,
    Row(
        "paint", "Graph", "Edit by hand", ("E",), lambda w: w.docks.open_editor(w.session.selected_node), "pencil",
        "Paint the mask, sketch, layout or layers of the selected node on its picture", scope="canvas", when=_painted, on_node=True,
    ),
    Row(
        "group", "Graph", "Group", ("Ctrl+G",), lambda w: w.session.groups.group(), tip="Put the selected nodes into a group",
        when=_selected, separated=True, on_node=True,
    ),
    Row("dissolve", "Graph", "Dissolve group", ("Ctrl+Shift+G",), lambda w: w.session.groups.dissolve(), when=_group, on_node=True),
    Row(
        "unique", "Graph", "Make group unique", (), lambda w: w.session.groups.make_unique(),
        tip="Give this group a definition of its own", when=_group, on_node=True,
    ),
    Row(
        "step_in", "Graph", "Step into group", ("Return", "Enter"), lambda w: w.session.groups.step_in(), scope="canvas", when=_group,
        on_node=True,
    ),
    Row(
        "step_out", "Graph", "Step out", ("U",), lambda w: w.session.groups.step_out(), scope="canvas",
        when=lambda w: bool(w.session.document.way), on_empty=True,
    ),
    Row(
        "bypass", "Graph", "Bypass", ("Ctrl+B", "B", "D"), lambda w: w.session.groups.switch(BYPASSED, "Bypass"), scope="canvas",
        tip="Pass on what comes in, and do not run", when=_selected, separated=True, on_node=True,
    ),
    Row(
        "mute", "Graph", "Mute", ("Ctrl+M", "M"), lambda w: w.session.groups.switch(MUTED, "Mute"), scope="canvas",
        tip="Do not run, nor what needs it", when=_selected, on_node=True,
    ),
    Row(
        "run", "Graph", "Run", ("Ctrl+Return", "Ctrl+Enter"), lambda w: w.session.running.run(), "run",
        "Put the graph on the queue: what is not done yet runs", separated=True,
    ),
    Row(
        "run_selected", "Graph", "Run to here", ("Ctrl+Shift+Return",), lambda w: w.session.running.run(w.session.selection),
        when=_selected, on_node=True,
    ),
    Row(
        "live", "Graph", "Live", ("Ctrl+L",), lambda w: w.live.turn(not w.live.on), "live",
        "Show what every change makes, at once; nothing is saved meanwhile", checked=lambda w: w.live.on,
    ),
    Row(
        "vary", "Graph", "Vary values…", ("Ctrl+Alt+V",), lambda w: w.vary(),
        tip="Many pictures, each with other values of what the workflow exposes", when=lambda w: bool(w.session.document.workflow.exposed),
    ),
    Row(
        "stop", "Graph", "Stop", ("Ctrl+Alt+Return", "Ctrl+Alt+Enter"), lambda w: w.session.running.stop(), "stop",
        "Stop after the step that runs",
        when=lambda w: w.session.queueing.is_busy,
    ),
    Row(
        "show_memory", "View", "Memory", ("Ctrl+Shift+M",), lambda w: w.docks.toggle_memory(), "memory",
        "Show or hide what the worker holds",
    ),
    Row("show_queue", "View", "Queue", ("Ctrl+J",), lambda w: w.docks.toggle_queue(), "queue", "Show or hide the queue"),
    *ARRANGE,
    Row(
        "simple_view", "View", "Simple view", ("Ctrl+E",), lambda w: w.toggle_simple_view(), "form",
        "What the workflow lets be set, with the result beside it, and back to the graph",
    ),
    Row(
        "show_album", "View", "History", ("Ctrl+Shift+H",), lambda w: w.docks.toggle_history(), "history", "Show or hide what runs made",
        when=lambda w: w.recorder is not None,
    ),
    Row("next_panel", "View", "Next panel", ("F6",), lambda w: w.step_panel(1), tip="Put the keyboard into the next panel"),
    Row("former_panel", "View", "Former panel", ("Shift+F6",), lambda w: w.step_panel(-1)),
    Row("frame", "View", "Frame selection", ("F",), lambda w: w.canvas.frame_selection(), "fit", scope="canvas"),
    Row(
        "watch", "View", "Keep in viewer", ("1",), lambda w: w.session.watch(w.session.selected_node), scope="canvas",
        tip="Let the viewer keep to this node", when=lambda w: bool(w.session.selected_node), on_node=True,
    ),
    Row(
        "show_tokens", "View", "Tokens", ("Ctrl+Shift+K",), lambda w: w.toggle_tokens(), "tokens",
        "See how the tokens of the picture were decoded, pick some and redraw them", when=lambda w: w.session.redraws.tokens is not None,
    ),
    Row("frame_all", "View", "Frame all", ("Home",), lambda w: w.canvas.frame_all(), scope="canvas", on_empty=True),
    Row("actual_zoom", "View", "Zoom to 100 %", ("Ctrl+0",), lambda w: w.canvas.zoom_to_actual()),
    Row("minimap", "View", "Map of the graph", ("O",), lambda w: w.canvas.minimap.toggle(), scope="canvas"),
    *VIEWS,
    Row("zoom_in", "View", "Zoom in", ("Ctrl++", "Ctrl+="), lambda w: w.canvas.zoom_in_middle(1.25)),
    Row("zoom_out", "View", "Zoom out", ("Ctrl+-",), lambda w: w.canvas.zoom_in_middle(0.8)),
    Row(
        "import_report", "View", "Import report", (), lambda w: w.show_report(), tip="What became of an imported workflow",
        when=lambda w: w.session.report is not None, separated=True,
    ),
    *LOOKS,
    Row("tour", "Help", "Take the tour", (), lambda w: w.tour.begin(), tip="A minute with the hand on the program"),
    Row("shortcuts", "Help", "Keyboard shortcuts…", (), lambda w: w.choices.choose_shortcuts(), tip="Give actions other keys"),
    Row("help", "Help", "Help on what is under the pointer", ("F1",), lambda w: w.show_help(), "help"),
)  # fmt: skip

SUBMENUS = {"Color": "Graph", "Kept views": "View", "Theme": "View", "Language": "View", "Interface scale": "View"}
"""Menus that lie in another one."""
MENUS = ("File", "Edit", "Graph", "Arrange", "View", "Help")
TOOL_BAR = ("new", "open", "save", "", "undo", "redo", "", "add", "frame", "", "simple_view", "show_queue", "show_album")
