"""The bar of the token view: what is shown of the tokens, with what hand they are picked, and what becomes of the picked ones."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.language import marked, numeral, tr
from app.preview.token_layer import HEAT, TokenLayer, heat
from app.redrawing import Picked
from app.session import Session
from app.theme.icons import icon
from app.theme.tokens import Theme
from app.token_results import GIVEN

MAPS = {
    "": (marked("Grid"), marked("The tokens and nothing of them")),
    "entropy": (marked("Entropy"), marked("How unsure the generator was of a token, in bits: 0 = only one was possible")),
    "order": (marked("Order"), marked("The pass that settled a token")),
    "likelihood": (marked("Likelihood"), marked("How likely the generator held the token that it took")),
    "acceptance": (marked("Acceptance"), marked("The share of the proposals for a place that was taken: 1 = the first one")),
}
TOOLS = {
    "rectangle": ("rectangle", marked("Pick by clicks and rectangles. Shift adds, Ctrl takes away")),
    "brush": ("brush", marked("Pick by a brush. Ctrl takes away")),
}
KEYS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}


class Legend(QWidget):
    """From the least to the most, in the colors of the map."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(64, 8)

    def sizeHint(self) -> QSize:
        return QSize(64, 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors = QLinearGradient(0, 0, self.width(), 0)
        for number in range(len(HEAT)):
            share = number / (len(HEAT) - 1)
            colors.setColorAt(share, heat(share))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colors)
        painter.drawRoundedRect(QRectF(self.rect()), 3, 3)


class TokenView(QWidget):
    def __init__(self, session: Session, theme: Theme, layer: TokenLayer) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.session, self.theme, self.layer = session, theme, layer
        self.maps, self.grids = QComboBox(), QComboBox()
        self.legend, self.least, self.most, self.facts = Legend(), QLabel(), QLabel(), QLabel()
        self.tools = {name: self._tool(name) for name in TOOLS}
        self.clear = self._button("close", tr("Pick none"), layer.pick_none)
        self.others = self._button("swap", tr("Pick the others instead"), layer.pick_others)
        self.mask, self.redraw = QPushButton(tr("Mask")), QPushButton(tr("Redraw"))
        self._set_up()
        self._lay_out()
        layer.picked.connect(self.tell)
        layer.pointed.connect(self.tell)
        self.hide()

    def _tool(self, name: str) -> QToolButton:
        drawing, tip = TOOLS[name]
        button = self._button(drawing, tr(tip), lambda: self.choose_tool(name))
        button.setCheckable(True)
        button.setChecked(name == self.layer.tool)
        return button

    def _button(self, drawing: str, tip: str, do: object) -> QToolButton:
        button = QToolButton(toolTip=tip)
        button.setIcon(icon(drawing, self.theme))
        button.setAccessibleName(tip)
        button.clicked.connect(lambda: do())  # type: ignore[operator]
        return button

    def _set_up(self) -> None:
        self.maps.setAccessibleName(tr("What is shown of the tokens"))
        self.grids.setAccessibleName(tr("Scale of the tokens"))
        self.maps.activated.connect(lambda _: self.choose_map(self.maps.currentData()))
        self.grids.activated.connect(lambda at: self.layer.show_grid(at))
        self.mask.setToolTip(tr("Make a mask of the picked tokens, over the picture"))
        self.redraw.setToolTip(tr("Have Generate make the picked tokens new and keep all others"))
        self.redraw.setProperty("primary", True)
        self.mask.clicked.connect(lambda: self._act(self.session.redraws.mask))
        self.redraw.clicked.connect(lambda: self._act(self.session.redraws.redraw))
        self.facts.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.facts.setWordWrap(True)
        self.facts.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.facts.setFixedHeight(2 * self.facts.fontMetrics().lineSpacing())
        for label in (self.least, self.most, self.facts):
            label.setProperty("quiet", True)

    def _lay_out(self) -> None:
        above, below = QHBoxLayout(), QHBoxLayout()
        for widget in (self.maps, self.grids, self.least, self.legend, self.most):
            above.addWidget(widget)
        above.addStretch()
        for widget in (*self.tools.values(), self.others, self.clear):
            below.addWidget(widget)
        below.addStretch()
        below.addWidget(self.mask)
        below.addWidget(self.redraw)
        below.setSpacing(2)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 4, 12, 8)
        column.setSpacing(4)
        column.addLayout(above)
        column.addWidget(self.facts)
        column.addLayout(below)

    # what is shown

    def follow(self, size: QSize) -> bool:
        """Show the tokens of the picture that is viewed; whether there are any."""
        tokens = self.session.redraws.tokens
        self.layer.show_tokens(tokens, size)
        if tokens:
            self._fill(self.maps, [(tr(MAPS[name][0]), name) for name in ("", *tokens.maps)], self.layer.map)
            grids = [(f"{rows} × {columns}", number) for number, (rows, columns) in enumerate(tokens.grids)]
            self._fill(self.grids, grids, self.layer.grid)
            self.grids.setVisible(len(tokens.grids) > 1)
        self.tell()
        return tokens is not None

    def _fill(self, choice: QComboBox, entries: list[tuple[str, object]], chosen: object) -> None:
        if [choice.itemData(at) for at in range(choice.count())] != [data for _, data in entries]:
            choice.clear()
            for text, data in entries:
                choice.addItem(text, data)
        choice.setCurrentIndex(choice.findData(chosen))

    def choose_map(self, name: str) -> None:
        self.layer.show_map(name)
        self.maps.setCurrentIndex(self.maps.findData(name))
        self.maps.setToolTip(tr(MAPS[name][1]))
        self.tell()

    def choose_tool(self, name: str) -> None:
        self.layer.tool = name
        for known, button in self.tools.items():
            button.setChecked(known == name)

    def tell(self) -> None:
        """The ends of the map, and the token under the pointer or how many are picked."""
        tokens, name, picked = self.layer.tokens, self.layer.map, len(self.layer.cells)
        ends = tokens.span(self.layer.grid, name) if tokens and name else (0.0, 0.0)
        for label, value in zip((self.least, self.most), ends, strict=True):
            label.setText(said_of(name, value))
        for widget in (self.least, self.legend, self.most):
            widget.setVisible(bool(name))
        for button in (self.mask, self.redraw, self.clear):
            button.setEnabled(picked > 0)
        self.mask.setVisible(tokens is not None and not tokens.on_line)
        count = tr("{picked} of {all} tokens picked", picked=picked, all=self.layer.size)
        self.facts.setText(self._pointed() or (count if picked else tr("{all} tokens. Pick some to redraw them", all=self.layer.size)))

    def _pointed(self) -> str:
        """What is known of the token under the pointer."""
        tokens, here = self.layer.tokens, self.layer.here
        if tokens is None or here is None or here[0] >= len(tokens.items):
            return ""
        item, cell = here
        columns = tokens.grids[self.layer.grid][1]
        values = {name: tokens.cells(item, self.layer.grid, name)[cell] for name in (*tokens.maps, "id")}
        where = tr("row {row}, column {column}", row=cell // columns + 1, column=cell % columns + 1)
        known = [said_of(name, value, named=True) for name, value in values.items() if name in GIVEN and value != GIVEN[name]]
        return " · ".join([where, tr("token {number}", number=int(values["id"])), *known])

    # hands

    def take_key(self, event: QKeyEvent) -> bool:
        """Keys over the picture: arrows go from token to token, space picks one, and they reach all and none."""
        key = Qt.Key(event.key())
        if key in KEYS:
            self.layer.step(*KEYS[key])
        elif key == Qt.Key.Key_Space and self.layer.here:
            self.layer.pick_one(self.layer.here[1])
        elif key == Qt.Key.Key_Escape and self.layer.cells:
            self.layer.pick_none()
        elif key == Qt.Key.Key_A and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.layer.pick_all()
        else:
            return False
        return True

    def _act(self, do: object) -> None:
        tokens = self.layer.tokens
        if tokens and self.layer.cells:
            do(Picked(tokens, self.layer.grid, self.layer.cells, self.session.viewed_node))  # type: ignore[operator]


def said_of(name: str, value: float, named: bool = False) -> str:
    """A number of a map as people read it; ``named`` where it does not stand below its name."""
    if name == "entropy":
        return tr("{value} bits", value=numeral(f"{value:.1f}"))
    if name == "order":
        return tr("pass {number}", number=int(value)) if named else f"{int(value)}"
    percent = numeral(f"{value * 100:.3g} %")
    if not named:
        return percent
    return tr("likelihood {share}", share=percent) if name == "likelihood" else tr("acceptance {share}", share=percent)
