"""What a node shows: texts, picture and measures, made when something changes so that painting only draws."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPixmap, QStaticText

from app.canvas.geometry import INSET, WIDTH, NodeGeometry, ParameterRow, Port
from app.canvas.inks import Inks
from app.language import retold, tr
from app.pictures import thumbnail
from app.steps import NEVER, Step
from app.wording import label, seconds_text, title_of, value_of, value_text
from graph_engine.board import TITLE
from graph_engine.declaration import NodeType
from graph_engine.definition import definition_of
from graph_engine.graph import Node

PICTURE_INSET = 8.0
LABEL_WIDTH = 110.0
FAILURE_LINES, ADVICE_LINES = 6, 5
"""Lines of what failed together with what to do about it, and lines that the latter takes first."""
REMEDY = 24.0
LEAST_COST = 0.05
"""Seconds below which nobody wants to know what a step costs."""


class NodeFace:
    def __init__(
        self, inks: Inks, node: Node, node_type: NodeType, geometry: NodeGeometry, known: bool, fold: str = "", color: str = ""
    ) -> None:
        self.inks = inks
        self.step: Step = NEVER
        self.selected = False
        self.trouble = ""  # severity of the worst problem
        self.hovered: Port | None = None
        self.linked: frozenset[tuple[str, bool]] = frozenset()
        self.picture: QPixmap | None = None
        self.failure: QStaticText | None = None
        self.advice: QStaticText | None = None
        self.remedy: QStaticText | None = None
        self.framed = self.stands_out = False
        self.show_node(node, node_type, geometry, known, fold, color)

    def show_node(self, node: Node, node_type: NodeType, geometry: NodeGeometry, known: bool, fold: str = "", color: str = "") -> None:
        self.node, self.node_type, self.geometry, self.known = node, node_type, geometry, known
        self.closed = fold == TITLE
        inks, section = self.inks, node_type.section
        self.header = inks.colored_header(color) if color else inks.header(section)
        self.far_header = inks.colored_header(color, far=True) if color else inks.far_header(section)
        title = title_of(node, node_type)
        self.far_title = self.inks.far_titles.line(title, WIDTH - 20)
        self.values = [self._value_of(row) for row in geometry.rows]
        self.state = self.inks.labels.line(tr(node.state), 90) if node.state else None
        self.group = bool(definition_of(node.type))
        self._measure()
        self._write_title()

    def _write_title(self) -> None:
        """The title, and what the next run would cost here, as far as the state leaves room for that."""
        step = self.step
        self.will_run = step.planned == "run" and step.state not in ("running", "failed") and not self.trouble and not self.node.state
        cost = seconds_text(step.cost) if self.will_run and step.cost is not None and step.cost >= LEAST_COST else ""
        self.cost = self.inks.labels.line(f"≈ {cost}") if cost else None
        room = 100 if self.node.state else 60 + (self.cost.size().width() if self.cost else 0)
        self.title = self.inks.titles.line(title_of(self.node, self.node_type), WIDTH - room)

    def show_trouble(self, severity: str) -> None:
        self.trouble = severity
        self._write_title()

    def show_remedy(self, text: str) -> None:
        """The words of the button on the node; none takes it away."""
        self.remedy = self.inks.labels.line(text, WIDTH - 2 * INSET - 16) if text else None
        self._measure()

    @property
    def remedy_area(self) -> QRectF:
        return QRectF(INSET, self.height - REMEDY - 4, WIDTH - 2 * INSET, REMEDY) if self.remedy and not self.closed else QRectF()

    def _value_of(self, row: ParameterRow) -> QStaticText:
        value = value_of(self.node, row.parameter)
        if row.block:
            return self.inks.values.block(str(value), WIDTH - 2 * INSET - 16, 3)
        name = self.inks.labels.line(label(row.parameter), LABEL_WIDTH)
        room = WIDTH - 2 * INSET - 28 - name.size().width()
        return self.inks.values.line(value_text(row.parameter.kind, value), max(24.0, room))

    def show_step(self, step: Step) -> None:
        pixels = step.picture
        if pixels is not self.step.picture:
            side = WIDTH - 2 * PICTURE_INSET
            self.picture = thumbnail(pixels, side, side, 2.0) if pixels else None
        self.failure, self.advice = self._failure_of(step) if step.state == "failed" else (None, None)
        self.step = step
        self._write_title()
        self._measure()
        self._mark()

    def _failure_of(self, step: Step) -> tuple[QStaticText, QStaticText | None]:
        """What to do can always be read; what happened gives way, and stands whole in the tooltip and in the inspector."""
        return self.inks.labels.stacked(retold(step.message), retold(step.remedy), WIDTH - 44, FAILURE_LINES, ADVICE_LINES)

    def show_selected(self, selected: bool) -> None:
        self.selected = selected
        self._mark()

    def _mark(self) -> None:
        """Whether it has a frame, and whether it is more than a box from far away; asked for every node of a large graph."""
        self.framed = self.selected or self.step.state in ("running", "failed")
        self.stands_out = self.framed or self.picture is not None

    @property
    def plain(self) -> bool:
        """Whether it looks as any node of its type, and so is painted with them where it is small."""
        return not (self.node.state or self.stands_out)

    def _measure(self) -> None:
        height = self.geometry.height + self.picture_height + self.failure_height
        height += REMEDY + 6 if self.remedy and not self.closed else 0
        self.height = math.ceil(height / 4) * 4.0

    @property
    def picture_height(self) -> float:
        return self.picture.deviceIndependentSize().height() + PICTURE_INSET if self.picture and not self.closed else 0.0

    @property
    def failure_height(self) -> float:
        return sum(text.size().height() for text in (self.failure, self.advice) if text) + 20 if self.failure else 0.0

    @property
    def body(self) -> QRectF:
        return QRectF(0, 0, WIDTH, self.height)
