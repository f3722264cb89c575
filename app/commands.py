"""The actions of the window, and the menus, tool bar and buttons that show them. Each is a row of `app.actions`."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QToolBar, QWidget

from app.actions import MENUS, ROWS, SUBMENUS, TOOL_BAR, Row
from app.language import inside, tr
from app.theme.icons import SIZE, icon, swatch

Window = Any  # it makes its commands; naming its class here would close a circle


class Commands:
    def __init__(self, window: Window) -> None:
        self._window, self._theme = window, window.theme
        self.by_name = {row.name: self._action(row) for row in ROWS}
        self.live_button = self._button("live", self._theme.text)
        self.stop_button = self._button("stop", self._theme.text)
        self.run_button = self._button("run", self._theme.on_accent)
        self.run_button.setProperty("primary", True)

    def __getitem__(self, name: str) -> QAction:
        return self.by_name[name]

    def keys(self) -> dict[str, str]:
        return {name: action.shortcut().toString() for name, action in self.by_name.items()}

    def fill_menus(self) -> None:
        for name in MENUS:
            self._fill(self._window.menuBar().addMenu(tr(name)), name)

    def tool_bar(self) -> QToolBar:
        bar = QToolBar(tr("Tools"))
        bar.setObjectName("tools")
        bar.setMovable(False)
        bar.setIconSize(QSize(SIZE, SIZE))
        for name in TOOL_BAR:
            if name:
                bar.addAction(self.by_name[name])
            else:
                bar.addSeparator()
        space = QWidget()
        space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(space)
        bar.addWidget(self.live_button)
        bar.addWidget(self.stop_button)
        bar.addWidget(self.run_button)
        return bar

    def open_menu(self, at: QPoint) -> None:
        """The menu of what lies there on the canvas: of a node, or of none."""
        menu, canvas = QMenu(self._window), self._window.canvas
        on_node = canvas.select_under(at)
        for row in ROWS:
            if row.on_node if on_node else row.on_empty:
                menu.addAction(self.by_name[row.name])
        if on_node:
            self._fill(menu.addMenu(tr("Color")), "Color")
        menu.popup(canvas.viewport().mapToGlobal(at))

    def show_possible(self) -> None:
        """Turn off what cannot be done now, and say what undo would undo."""
        for row in ROWS:
            action = self.by_name[row.name]
            action.setEnabled(row.when(self._window))
            if row.checked:
                action.setChecked(row.checked(self._window))
        session = self._window.session
        self.stop_button.setEnabled(session.queueing.is_busy)
        self.by_name["undo"].setText(_naming("Undo", session.document.undo_label))
        self.by_name["redo"].setText(_naming("Redo", session.document.redo_label))

    def _action(self, row: Row) -> QAction:
        action = QAction(tr(row.text), self._window)
        action.setObjectName(row.name)
        action.setShortcuts([QKeySequence(keys) for keys in row.keys])
        if row.icon:
            action.setIcon(icon(row.icon, self._theme))
        elif row.swatch:
            action.setIcon(swatch(row.swatch))
        keys = f"   {QKeySequence(row.keys[0]).toString()}" if row.keys else ""
        action.setToolTip(f"{tr(row.tip) if row.tip else tr(row.text).rstrip('…')}{keys}")
        action.setCheckable(row.checked is not None)
        action.triggered.connect(lambda: row.do(self._window))
        if row.scope == "canvas":
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            self._window.canvas.addAction(action)
        else:
            self._window.addAction(action)
        return action

    def _button(self, name: str, color: str) -> QPushButton:
        """A button of the tool bar with words on it."""
        action = self.by_name[name]
        made = QPushButton(icon(name, self._theme, color), action.text())
        made.setObjectName(f"{name}_button")
        made.setToolTip(action.toolTip())
        made.setCheckable(action.isCheckable())
        action.toggled.connect(made.setChecked)
        made.clicked.connect(action.trigger)
        return made

    def _fill(self, menu: QMenu, name: str) -> None:
        for row in ROWS:
            if row.menu == name:
                if row.separated:
                    menu.addSeparator()
                menu.addAction(self.by_name[row.name])
        for inner, outer in SUBMENUS.items():
            if outer == name:
                self._fill(menu.addMenu(tr(inner)), inner)


def _naming(action: str, edit: str) -> str:
    """Undo or Redo, with the edit that it is about."""
    if not edit:
        return tr(action)
    return tr("Undo {edit}", edit=inside(edit)) if action == "Undo" else tr("Redo {edit}", edit=inside(edit))
