"""Export as Python from the window: a process writes the script, since the window has no node functions. Nobody waits for it."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, Signal

from app.language import retold, tr
from app.script.saving import saved_script
from graph_engine.errors import BadWorkflow
from graph_engine.workflow import Workflow, write


class ScriptExport(QObject):
    said = Signal(str, str)
    """How it went, and "note" or "error"."""

    def __init__(self, nodes: str = "", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._nodes = ["--nodes", nodes] if nodes else []
        self.processes: set[QProcess] = set()

    def export(self, workflow: Workflow, name: str, path: Path) -> None:
        """Write the script of a workflow, as it is now, to a file."""
        process = QProcess(self)
        self.processes.add(process)
        process.finished.connect(lambda code: self._finish(process, code, name, path))
        process.errorOccurred.connect(lambda error: self._fail(process, error, path))
        process.start(sys.executable, ["-m", "app.script", name, *self._nodes])
        process.write(write(workflow))
        process.closeWriteChannel()

    def close(self) -> None:
        """Nobody waits for what is still being written."""
        for process in list(self.processes):
            process.blockSignals(True)
            process.kill()
            process.waitForFinished()

    def _finish(self, process: QProcess, code: int, name: str, path: Path) -> None:
        text, complaint = (bytes(part.data()).decode() for part in (process.readAllStandardOutput(), process.readAllStandardError()))
        self._leave(process)
        try:
            if code:
                raise BadWorkflow(
                    complaint.strip().splitlines()[-1]
                    if complaint.strip()
                    else tr("{name}: no script came (exit code {code})", name=name, code=code)
                )
            saved_script(text, Path(name), path)
        except BadWorkflow as error:
            self.said.emit(tr("Not exported. {error}.", error=retold(str(error))), "error")
        else:
            self.said.emit(tr("Exported to {path}.", path=path), "note")

    def _fail(self, process: QProcess, error: QProcess.ProcessError, path: Path) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._leave(process)
            self.said.emit(tr("Not exported. {path}: the process that writes it could not be started.", path=path), "error")

    def _leave(self, process: QProcess) -> None:
        self.processes.discard(process)
        process.deleteLater()
