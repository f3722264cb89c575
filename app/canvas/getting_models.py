"""The menu of a node whose model is not there: where it comes from, what converts it, where it goes."""

from __future__ import annotations

import re

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from app.language import tr
from app.places import models_folder

ADDRESS, COMMAND = re.compile(r"https://[^\s(]+"), re.compile(r"tessera convert .+")


def menu_for_model(parent: QWidget, remedy: str) -> QMenu:
    """What can be done about a missing model, from the words that a problem says of it."""
    menu = QMenu(parent)
    if address := ADDRESS.search(remedy):
        menu.addAction(tr("Copy the download address"), lambda: _copy(address.group()))
    if command := COMMAND.search(remedy):
        menu.addAction(tr("Copy the command that converts it"), lambda: _copy(command.group()))
    menu.addAction(tr("Open the models folder"), _show_models)
    return menu


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)


def _show_models() -> None:
    models_folder().mkdir(parents=True, exist_ok=True)
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(models_folder())))
