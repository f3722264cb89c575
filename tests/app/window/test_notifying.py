"""A long job that is over while somebody looks at something else."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.notifying import Notifier
from app.queue.job import Job, Record
from app.window import Window
from graph_engine.events import StepFailed


def job(state: str, seconds: float, *failures: StepFailed) -> Job:
    return Job(1, "Harbor", b"", state=state, record=Record(seconds=seconds, failures=failures))


@pytest.fixture
def told(window: Window) -> Iterator[list[tuple[str, str]]]:
    """What is told of jobs while this window is on the screen."""
    heard: list[tuple[str, str]] = []
    notifier = Notifier(window, lambda title, text: heard.append((title, text)))
    window.runner.ended.connect(notifier.tell_of)
    yield heard  # Qt does not keep the notifier


@pytest.fixture
def elsewhere(window: Window, qtbot: QtBot) -> QWidget:
    """Another window, which is looked at."""
    other = QWidget()
    qtbot.addWidget(other)
    other.show()
    other.activateWindow()
    qtbot.waitUntil(lambda: other.isActiveWindow() and not window.isActiveWindow())
    return other


def test_a_long_job_that_ends_is_told_to_who_looks_elsewhere(window: Window, told: list, elsewhere: QWidget) -> None:
    window.runner.ended.emit(job("done", 75.0))
    window.runner.ended.emit(job("failed", 20.0, StepFailed("r", "2", "failed", "seed: must be whole")))
    assert told == [("Harbor is done", "It took 1 min 15 s."), ("Harbor failed", "seed: must be whole")]


def test_short_jobs_stopped_ones_and_those_that_wait_again_are_not_told(window: Window, told: list, elsewhere: QWidget) -> None:
    for ended in (job("done", 2.0), job("stopped", 75.0), job("waiting", 75.0)):
        window.runner.ended.emit(ended)
    assert told == []


def test_nothing_is_told_to_who_looks_at_the_window(window: Window, told: list, qtbot: QtBot) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.runner.ended.emit(job("done", 75.0))
    assert told == []
