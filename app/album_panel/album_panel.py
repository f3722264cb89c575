"""The history of results in a dock: what runs made, found by words, starred, tagged, compared, and taken up again."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QLabel, QLineEdit, QListView, QMenu, QToolButton, QVBoxLayout, QWidget

from app.album.album import Album
from app.album.entry import Entry
from app.album_panel.entry_detail import EntryDetail
from app.album_panel.entry_model import ENTRY, EntryModel, short_text
from app.album_panel.entry_painting import CELL, EntryPainter
from app.language import marked, tr
from app.list_actions import list_action
from app.pictures import to_pixels
from app.session import Look, Session
from app.theme.icons import icon
from app.theme.tokens import Theme

WIDTH = 272
SEARCH_PAUSE = 120  # milliseconds
EMPTY = marked("Nothing yet.\nPictures that runs show or save\nare kept here with their workflow.")
NOTHING_FOUND = marked("Nothing fits these words.")
HINT = marked("Find: owl, seed=7, steps>20, #tag")


class AlbumPanel(QWidget):
    compare_requested = Signal(QImage, str)
    opening_requested = Signal(object)  # the Entry whose workflow is to be opened

    def __init__(self, album: Album, session: Session, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._album, self._session, self._theme = album, session, theme
        self.model = EntryModel(album, self)
        self.list = self._list()
        self.search = QLineEdit(placeholderText=tr(HINT), clearButtonEnabled=True)
        self.search.setAccessibleName(tr("Search the history"))
        self.starred = QToolButton(toolTip=tr("Only those with a star"), checkable=True)
        self.starred.setIcon(icon("star", theme))
        self.empty = QLabel(tr(EMPTY), alignment=Qt.AlignmentFlag.AlignCenter)
        self.empty.setProperty("quiet", True)
        self.detail = EntryDetail(album, session, theme)
        self.doings = {
            "star": list_action(self.list, theme, tr("Star"), "star", ("S",), do=self.star),
            "seed": list_action(self.list, theme, tr("Use this seed"), "dice", do=self.use_seed),
            "open": list_action(self.list, theme, tr("Open its workflow"), "open", do=self.open_workflow),
            "compare": list_action(self.list, theme, tr("Compare"), "compare", ("C",), do=self.compare),
            "forget": list_action(
                self.list, theme, tr("Remove from the history"), "close", (QKeySequence.StandardKey.Delete,), do=self.forget
            ),
        }
        self._timer = QTimer(self, singleShot=True, interval=SEARCH_PAUSE)
        self._lay_out()
        self._join()
        self.renew()

    def _list(self) -> QListView:
        made = QListView()
        made.setObjectName("album_list")
        made.setModel(self.model)
        made.setItemDelegate(EntryPainter(self._theme, made))
        made.setViewMode(QListView.ViewMode.IconMode)
        made.setResizeMode(QListView.ResizeMode.Adjust)
        made.setMovement(QListView.Movement.Static)
        made.setGridSize(QSize(CELL, CELL))
        made.setUniformItemSizes(True)
        made.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        made.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        made.customContextMenuRequested.connect(self._open_menu)
        return made

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(12, 6, 6, 6)
        head.setSpacing(2)
        title = QLabel(tr("History"))
        title.setProperty("heading", True)
        head.addWidget(title, 1)
        for name in ("seed", "open", "compare", "star"):
            button = QToolButton()
            button.setDefaultAction(self.doings[name])
            head.addWidget(button)
        finding = QHBoxLayout()
        finding.setContentsMargins(12, 0, 6, 6)
        finding.setSpacing(4)
        finding.addWidget(self.search, 1)
        finding.addWidget(self.starred)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(finding)
        column.addWidget(self.list, 1)
        column.addWidget(self.empty, 1)
        column.addWidget(self.detail)
        self.setMinimumWidth(WIDTH // 2)

    def _join(self) -> None:
        self.search.textChanged.connect(lambda: self._timer.start())
        self.starred.toggled.connect(self.renew)
        self._timer.timeout.connect(self.renew)
        self.list.selectionModel().selectionChanged.connect(lambda now, before: self._show_chosen())
        self.list.activated.connect(lambda index: self.open_workflow())
        self.detail.tagged.connect(self._tag)
        self.detail.ancestor_chosen.connect(self.choose)

    # what is shown

    def renew(self) -> None:
        """Read the album again; what is chosen stays so."""
        chosen = [entry.id for entry in self.chosen()]
        words = self.search.text()
        self.model.renew(f"is:starred {words}" if self.starred.isChecked() else words)
        selection = self.list.selectionModel()
        for row in (self.model.row_of(number) for number in chosen):
            if row >= 0:
                selection.select(self.model.index(row), QItemSelectionModel.SelectionFlag.Select)
        found = bool(self.model.entries)
        self.list.setVisible(found)
        self.empty.setVisible(not found)
        self.empty.setText(tr(NOTHING_FOUND if self.model.count else EMPTY))
        self.show_possible()
        self._show_detail()

    def show_possible(self) -> None:
        chosen = self.chosen()
        one = len(chosen) == 1
        possible = {"star": bool(chosen), "seed": one and chosen[0].seed is not None, "open": one, "forget": bool(chosen)}
        possible["compare"] = len(chosen) == 2 or (one and self._session.viewed_picture is not None)
        for name, action in self.doings.items():
            action.setEnabled(possible[name])
        all_starred = bool(chosen) and all(entry.starred for entry in chosen)
        self.doings["star"].setIcon(icon("star_full" if all_starred else "star", self._theme, self._theme.warning if all_starred else ""))

    def chosen(self) -> list[Entry]:
        rows = sorted(index.row() for index in self.list.selectionModel().selectedIndexes())
        return [self.model.index(row).data(ENTRY) for row in rows]

    def choose(self, number: int) -> None:
        row = self.model.row_of(number)
        if row >= 0:
            self.list.setCurrentIndex(self.model.index(row))

    def _show_chosen(self) -> None:
        """The viewer shows the one that is chosen."""
        self.show_possible()
        self._show_detail()
        chosen = self.chosen()
        if len(chosen) == 1 and not (image := self._image(chosen[0])).isNull():
            self._session.look_at(Look(short_text(chosen[0]), to_pixels(image)))

    def _show_detail(self) -> None:
        chosen = self.chosen()
        self.detail.show_entry(chosen[0] if len(chosen) == 1 else None)

    def _image(self, entry: Entry) -> QImage:
        return QImage(str(self._album.picture(entry)))

    # what is done

    def star(self) -> None:
        chosen = self.chosen()
        self._album.star([entry.id for entry in chosen], not all(entry.starred for entry in chosen))
        self.renew()

    def use_seed(self) -> None:
        (entry,) = self.chosen()
        self._session.use_seeds(self._album.workflow(entry), entry.node)

    def open_workflow(self) -> None:
        chosen = self.chosen()
        if len(chosen) == 1:
            self.opening_requested.emit(chosen[0])

    def compare(self) -> None:
        """Two chosen ones with one another; a single one with what comes next."""
        chosen = self.chosen()
        if len(chosen) == 2:
            newer, older = chosen
            self._session.look_at(Look(short_text(newer), to_pixels(self._image(newer))))
            self.compare_requested.emit(self._image(older), short_text(older))
        elif chosen:
            self.compare_requested.emit(self._image(chosen[0]), short_text(chosen[0]))
            self._session.look_at(None)

    def forget(self) -> None:
        self._album.forget([entry.id for entry in self.chosen()])
        self.renew()

    def _tag(self, number: int, tags: list[str]) -> None:
        self._album.tag(number, tags)
        self.renew()

    def _open_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name, action in self.doings.items():
            if name == "forget":
                menu.addSeparator()
            menu.addAction(action)
        menu.popup(self.list.viewport().mapToGlobal(at))
