"""Widgets are destroyed on the thread of the window, whichever thread allocates."""

import gc
from threading import Thread, current_thread

from pytestqt.qtbot import QtBot

from app.garbage import Garbage


class Loop:
    """Garbage that tells which thread collects it."""

    collected_on: list[Thread] = []

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        self.collected_on.append(current_thread())


def litter() -> None:
    for _ in range(20 * gc.get_threshold()[0]):
        Loop()


def test_what_another_thread_leaves_is_collected_on_this_one(qtbot: QtBot, garbage: Garbage) -> None:
    Loop.collected_on.clear()
    other = Thread(target=litter)
    other.start()
    other.join()
    assert not Loop.collected_on
    qtbot.waitUntil(lambda: len(Loop.collected_on) == 20 * gc.get_threshold()[0])
    assert set(Loop.collected_on) == {current_thread()}
