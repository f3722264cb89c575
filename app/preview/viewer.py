"""The viewer: the picture of the selected node, or of the one that was finished last, with its name and size."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.pictures import to_qimage
from app.preview.picture_view import PictureView
from app.session import Session
from app.steps import Step
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
        self.name = QLabel("Viewer")
        self.facts = QLabel()
        self.facts.setProperty("quiet", True)
        # Long facts are cut; they must not push the dock wider.
        self.facts.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._shown: Pixels | None = None
        self._lay_out(theme)
        self.view.zoom_changed.connect(self._tell)
        session.picture_changed.connect(self.show_picture)
        self.show_picture()

    def _lay_out(self, theme: Theme) -> None:
        fit = QToolButton(toolTip="Fit the picture into the view")
        fit.setIcon(icon("fit", theme))
        fit.clicked.connect(self.view.fit)
        actual = QToolButton(text="1:1", toolTip="One pixel of the picture on one pixel of the screen")
        actual.clicked.connect(self.view.show_actual_size)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 4, 8, 4)
        bar.setSpacing(4)
        bar.addWidget(self.name)
        bar.addSpacing(4)
        bar.addWidget(self.facts, 1)
        bar.addWidget(actual)
        bar.addWidget(fit)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self.view)

    def show_picture(self) -> None:
        pixels = self.session.viewed_picture
        if pixels is not self._shown:
            self._shown = pixels
            self.view.show_image(to_qimage(pixels) if pixels else None)
        self._tell()

    def _tell(self) -> None:
        node = self.session.viewed_node
        known = self.session.workflow.graph.nodes.get(node)
        self.name.setText(title_of(known, self.session.type_of(node)) if known else "Viewer")
        if self._shown:
            percent = round(self.view.zoom * self.view.devicePixelRatioF() * 100)
            self.facts.setText(f"{self._shown.width} × {self._shown.height} · {percent} %{_standing(self.session.steps[node])}")
        else:
            self.facts.setText("")


def _standing(step: Step) -> str:
    """Whether the picture is still being made, was left unfinished, or is of before an edit."""
    if step.preview is not None:
        return " · sampling" if step.state == "running" else " · unfinished"
    return " · outdated" if step.stale else ""
