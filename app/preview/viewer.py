"""The viewer: the picture of the selected node, or of the one that was finished last, with its name and size."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QActionGroup, QGuiApplication, QImage
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.language import large, tr
from app.pictures import to_qimage
from app.preview.looks import CHANNELS
from app.preview.picture_view import COMPARISONS, PictureView
from app.preview.token_layer import TokenLayer
from app.preview.token_view import TokenView
from app.session import Session
from app.steps import Step
from app.theme.colors import to_hex
from app.theme.icons import icon
from app.theme.tokens import Theme
from app.wording import title_of
from graph_engine.values import Pixels


class Viewer(QWidget):
    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.session = session
        self.view = PictureView(theme)
        self.name = QLabel(tr("Viewer"))
        self.facts = QLabel()
        self.facts.setProperty("quiet", True)
        # Long facts are cut; they must not push the dock wider.
        self.facts.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._shown: Pixels | None = None
        self._kept: QImage | None = None
        self._kept_name = ""
        self.compare = QToolButton(toolTip=tr("Compare with another picture"))
        self.channels = QToolButton(toolTip=tr("Channels"))
        self.picker = QToolButton(toolTip=tr("Pick a color: a click copies it"), checkable=True)
        self.tokens = QToolButton(toolTip=tr("Tokens: see how they were decoded, pick some and redraw them"), checkable=True)
        self.layer = TokenLayer(theme)
        self.token_view = TokenView(session, theme, self.layer)
        self._lay_out(theme)
        self.layer.changed.connect(self.view.update)
        self.view.zoom_changed.connect(self._tell)
        self.view.pointed.connect(self._tell)
        self.view.picked.connect(self._take_color)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._open_menu)
        session.picture_changed.connect(self.show_picture)
        session.document_changed.connect(self.end_comparison)
        self.show_picture()

    def _lay_out(self, theme: Theme) -> None:
        fit = QToolButton(toolTip=tr("Fit the picture into the view"))
        fit.setIcon(icon("fit", theme))
        fit.clicked.connect(self.view.fit)
        actual = QToolButton(text="1:1", toolTip=tr("One pixel of the picture on one pixel of the screen"))
        actual.clicked.connect(self.view.show_actual_size)
        self.picker.setIcon(icon("picker", theme))
        self.picker.toggled.connect(self._pick)
        self.channels.setIcon(icon("channels", theme))
        self.channels.setMenu(self._choice(CHANNELS, self.view.channel, self.show_channel))
        self.compare.setIcon(icon("compare", theme))
        self.compare.setMenu(self._comparing_menu())
        for button in (self.channels, self.compare):
            button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 4, 8, 4)
        bar.setSpacing(0)
        bar.addWidget(self.name)
        bar.addSpacing(8)
        bar.addWidget(self.facts, 1)
        self.tokens.setIcon(icon("tokens", theme))
        self.tokens.toggled.connect(lambda _: self.show_tokens())
        for button in (self.tokens, self.picker, self.channels, self.compare, actual, fit):
            bar.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self.view)
        column.addWidget(self.token_view)

    def _choice(self, names: tuple[str, ...], chosen: str, do: Callable[[str], None]) -> QMenu:
        menu = QMenu(self)
        self._add_choice(menu, names, chosen, do)
        return menu

    def _add_choice(self, menu: QMenu, names: tuple[str, ...], chosen: str, do: Callable[[str], None]) -> None:
        group = QActionGroup(menu)
        for name in names:
            action = group.addAction(QAction(large(tr(name)), menu, checkable=True, checked=name == chosen))
            action.triggered.connect(lambda _, name=name: do(name))
            menu.addAction(action)

    def _comparing_menu(self) -> QMenu:
        menu = QMenu(self)
        self.keep_action = menu.addAction(tr("Keep this picture to compare with"), self.keep)
        self.end_action = menu.addAction(tr("End the comparison"), self.end_comparison)
        menu.addSeparator()
        self._add_choice(menu, COMPARISONS, self.view.comparison, self.view.show_comparison)
        menu.aboutToShow.connect(self._show_possible)
        return menu

    def _show_possible(self) -> None:
        self.keep_action.setEnabled(self._shown is not None)
        self.end_action.setEnabled(self._kept is not None)

    # what is shown

    def show_picture(self) -> None:
        pixels = self.session.viewed_picture
        if pixels is not self._shown:
            self._shown = pixels
            self.view.show_image(to_qimage(pixels) if pixels else None)
        self.show_tokens()
        self._tell()

    def show_tokens(self) -> None:
        """Lay the tokens over the picture that came of them, if that is wanted."""
        there = self.token_view.follow(self.view.picture_size)
        self.tokens.setVisible(there)
        wanted = there and self.tokens.isChecked()
        self.token_view.setVisible(wanted)
        self.view.show_layer(self.layer if wanted else None, self.token_view.take_key)

    def show_channel(self, channel: str) -> None:
        self.view.show_channel(channel)
        self.channels.setProperty("marked", channel != CHANNELS[0])
        _polish(self.channels)

    def keep(self) -> None:
        """Keep the picture on the screen; what is shown from now on is compared with it."""
        if self._shown:
            self.compare_with(to_qimage(self._shown), tr("Kept: {text}", text=self.name.text()))

    def compare_with(self, image: QImage, name: str) -> None:
        self._kept, self._kept_name = image, name
        self._tell_comparison()

    def end_comparison(self) -> None:
        self._kept, self._kept_name = None, ""
        self._tell_comparison()

    def _tell_comparison(self) -> None:
        self.view.compare_with(self._kept, (self._kept_name, tr("Now")))
        self.compare.setProperty("marked", self._kept is not None)
        _polish(self.compare)

    # colors and files

    def _pick(self, on: bool) -> None:
        self.view.picking = on
        self.view.setCursor(Qt.CursorShape.CrossCursor) if on else self.view.unsetCursor()

    def _take_color(self, color: str) -> None:
        QGuiApplication.clipboard().setText(color)
        self.picker.setChecked(False)
        self.session.said.emit(tr("Copied {color}.", color=color), "note")

    def _open_menu(self, at: QPoint) -> None:
        if self._shown is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("Copy the picture"), self.copy)
        if pixel := self.view.pixel:
            color = to_hex(pixel[1])
            menu.addAction(tr("Copy {color}", color=color), lambda: self._take_color(color))
        menu.addSeparator()
        menu.addAction(tr("Keep to compare with"), self.keep)
        menu.popup(self.view.mapToGlobal(at))

    def copy(self) -> None:
        if self._shown:
            QGuiApplication.clipboard().setImage(to_qimage(self._shown))

    def _tell(self) -> None:
        node = self.session.viewed_node
        known = self.session.workflow.graph.nodes.get(node)
        name = title_of(known, self.session.type_of(node)) if known else tr("Viewer")
        self.name.setText(self.session.look.name if self.session.look else name)
        self.facts.setText(self._facts(node))

    def _facts(self, node: str) -> str:
        """The pixel under the pointer; without a pointer, the size of the picture and how large it is shown."""
        if self._shown is None:
            return ""
        if pixel := self.view.pixel:
            at, color = pixel
            return f"{at.x()}, {at.y()} · {to_hex(color)}"
        percent = round(self.view.zoom * self.view.devicePixelRatioF() * 100)
        return f"{self._shown.width} × {self._shown.height} · {percent} %{'' if self.session.look else _standing(self.session.steps[node])}"


def _polish(button: QToolButton) -> None:
    button.style().unpolish(button)
    button.style().polish(button)


def _standing(step: Step) -> str:
    """Whether the picture is still being made, was left unfinished, or is of before an edit."""
    if step.preview is not None:
        return tr(" · sampling") if step.state == "running" else tr(" · unfinished")
    return tr(" · outdated") if step.stale else ""
