"""The documents that are open, a tab each; there only while there are several."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTabBar

from app.document import Document
from app.language import tr
from app.session import Session


class DocumentTabs(QTabBar):
    close_requested = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setObjectName("document_tabs")
        self.setAccessibleName(tr("Open documents"))
        self.setDocumentMode(True)
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setTabsClosable(True)
        self._session = session
        self._shown: list[Document] = []
        self.tabCloseRequested.connect(lambda index: self.close_requested.emit(self._shown[index]))
        self.currentChanged.connect(self._turn)
        session.document_changed.connect(self.show_documents)
        session.modified_changed.connect(self.show_documents)
        self.show_documents()

    def show_documents(self) -> None:
        """As many tabs as documents, the shown one in front; what is not saved has a dot."""
        documents = self._session.documents
        self.blockSignals(True)
        while self.count() > len(documents):
            self.removeTab(self.count() - 1)
        while self.count() < len(documents):
            self.addTab("")
        self._shown = list(documents)
        for index, document in enumerate(documents):
            self.setTabText(index, f"{document.name}{' •' if document.modified else ''}".replace("&", "&&"))
            self.setTabToolTip(index, str(document.path or tr("Not saved yet")))
        self.setCurrentIndex(documents.index(self._session.document))
        self.blockSignals(False)
        self.setVisible(len(documents) > 1)

    def _turn(self, index: int) -> None:
        if 0 <= index < len(self._shown):
            self._session.turn_to(self._shown[index])

    def step(self, by: int) -> None:
        """Show the next or the former document."""
        documents = self._session.documents
        self._session.turn_to(documents[(documents.index(self._session.document) + by) % len(documents)])
