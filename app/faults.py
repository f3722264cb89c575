"""Exceptions that nobody expected, wherever in the window's process they were raised: written down, told once, and then life goes on."""

from __future__ import annotations

import contextlib
import logging
import platform
import sys
import threading
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Signal, qVersion

from app.language import tr
from graph_engine.sharing import public

LOG = "faults.log"
LOG_BYTES = 1 << 20
WRITTEN_DOWN = 3
"""How often one and the same fault is: a panel that fails whenever it is painted would fill the disk."""
SHOWN_LINES = 40


class Faults(QObject):
    """``take`` may be called from any thread; ``told`` comes in the window's, once for each place that fails."""

    told = Signal(str, str)
    """A sentence, and details that say where."""

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__()
        self._counts: dict[tuple[object, ...], int] = {}
        self._log = _log(folder) if folder else None

    def install(self) -> None:
        """From here on every exception that nothing else takes comes here."""
        sys.excepthook = self.take
        threading.excepthook = lambda fault: self.take(fault.exc_type, fault.exc_value, fault.exc_traceback)
        sys.unraisablehook = lambda fault: self.take(fault.exc_type, fault.exc_value, fault.exc_traceback)

    def take(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        if not issubclass(kind, Exception):  # an interrupt, or the end of the program
            sys.__excepthook__(kind, error or kind(), trace)
            return
        place = (kind, *((frame.f_code, line) for frame, line in traceback.walk_tb(trace)))
        count = self._counts[place] = self._counts.get(place, 0) + 1
        if count > WRITTEN_DOWN:
            return
        details = details_of(kind, error, trace)
        self._write_down(details)
        if count == 1:
            self.told.emit(
                tr(
                    "A fault in the window, not in your work: {kind}: {message}. Everything is as it was.",
                    kind=kind.__name__,
                    message=_first_line(error),
                ),
                details,
            )

    def _write_down(self, details: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            print(details, file=sys.stderr)
        if self._log:
            self._log.error(details)

    def close(self) -> None:
        for handler in self._log.handlers[:] if self._log else ():
            handler.close()


def details_of(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> str:
    """What happened and where, as text that can be given to others: home folders are left out."""
    lines = "".join(traceback.format_exception(kind, error, trace)).splitlines()
    if len(lines) > SHOWN_LINES:
        lines = [*lines[: SHOWN_LINES // 2], "  …", *lines[-SHOWN_LINES // 2 :]]
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, Qt {qVersion()}"
    return "\n".join([system, *(public(line, str(Path.home())) for line in lines)])


def _first_line(error: BaseException | None) -> str:
    return (str(error).strip().splitlines() or ["no message"])[0][:200].rstrip(".")


def _log(folder: Path) -> logging.Logger | None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(folder / LOG, maxBytes=LOG_BYTES, backupCount=1, delay=True, encoding="utf-8", errors="replace")
    except OSError:
        return None
    handler.setFormatter(logging.Formatter("%(asctime)s\n%(message)s\n"))
    log = logging.Logger("faults")  # by itself: nothing else of the program or of others is written there
    log.addHandler(handler)
    return log
