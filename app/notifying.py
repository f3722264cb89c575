"""Says that a long job is over to somebody who looks at something else: a message of the desktop, and the window's mark in the task bar."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QMainWindow, QSystemTrayIcon

from app.language import marked, retold, tr
from app.queue.job import Job
from app.wording import seconds_text

LONG = 10.0
"""Seconds of a job that somebody is likely to have turned away from."""
WORDS = {"done": marked("{name} is done"), "failed": marked("{name} failed")}


class Desktop(QObject):
    """The desktop's own messages, where it has them. The icon in the tray stands there while the message does."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._icon: QSystemTrayIcon | None = None

    def tell(self, title: str, text: str) -> None:
        QApplication.alert(self._window)
        if not (QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages()):
            return
        if self._icon is None:
            self._icon = QSystemTrayIcon(self._window.windowIcon(), self)
            self._icon.messageClicked.connect(self._come_forward)
            self._icon.activated.connect(self._come_forward)
        self._icon.show()
        self._icon.showMessage(title, text, self._window.windowIcon())

    def hide(self) -> None:
        """The window was looked at: there is nothing to tell any more."""
        if self._icon:
            self._icon.hide()

    def _come_forward(self) -> None:
        self._window.showNormal() if self._window.isMinimized() else self._window.show()
        self._window.raise_()
        self._window.activateWindow()


class Notifier:
    """``tell`` gets a title and a text."""

    def __init__(self, window: QMainWindow, tell: Callable[[str, str], None]) -> None:
        self._window, self._tell = window, tell

    def tell_of(self, job: Job) -> None:
        """Say that a job is over, unless it was short, was stopped by hand, or its window is being looked at."""
        if job.state in WORDS and job.record.seconds >= LONG and not self._window.isActiveWindow():
            failures = [failure.message for failure in job.record.failures]
            self._tell(
                tr(WORDS[job.state], name=job.name),
                retold(failures[0]) if failures else tr("It took {time}.", time=seconds_text(job.record.seconds)),
            )
