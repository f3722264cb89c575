"""The worker process seen from outside, without Qt: start it, send to it, hear from it, notice its death, start another."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from multiprocessing import shared_memory
from pathlib import Path

from app import wire
from graph_engine.events import AnyEvent, RunFinished

PATIENCE = 2.0
"""Seconds that a soft stop has before the worker is ended."""
MAX_QUICK_DEATHS = 3
"""Workers that die before they are ready; after so many in a row no other is started."""
LOST = "lost"
"""The state of a run whose worker ended without being asked to."""

Heard = Callable[["AnyEvent | wire.Ready | wire.Refused | wire.Planned | wire.HoldingsTold | wire.WordsTold"], None]


class WorkerLink:
    """One worker at a time. Callbacks come from the link's own thread.

    Args:
        heard: gets every event and answer.
        died: gets a sentence when the worker ends without being asked to; another is started by then.
        nodes: package of node sections that the worker serves.
        cache: folder of its disk cache.
    """

    def __init__(self, heard: Heard, died: Callable[[str], None], nodes: str = "", cache: Path | None = None) -> None:
        self._heard, self._died = heard, died
        self._command = [sys.executable, "-m", "app.worker"]
        self._command += ["--nodes", nodes] if nodes else []
        self._command += ["--cache", str(cache)] if cache else []
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._running: set[str] = set()
        self._hard_stop = ""
        self._quick_deaths = 0
        self._closing = False

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def gave_up(self) -> bool:
        """Whether no worker is started any more by itself."""
        return self._quick_deaths >= MAX_QUICK_DEATHS and (self._process is None or self._process.poll() is not None)

    def start(self) -> None:
        """Start the worker; `Ready` comes when it can be used. What is sent before waits in the pipe."""
        with self._lock:
            self._launch()

    def run(self, message: wire.Run) -> None:
        """Run a workflow. Where starting workers was given up, this tries once more."""
        with self._lock:
            if self._quick_deaths >= MAX_QUICK_DEATHS:
                self._quick_deaths = MAX_QUICK_DEATHS - 1
                self._launch()
            # In one go with the sending: a run belongs to the worker that was asked, and ends with it.
            self._running.add(message.run)
            self._put(message)

    def plan(self, message: wire.AskPlan) -> None:
        self._send(message)

    def say(self, message: wire.Aside) -> None:
        self._send(message)

    def stop(self, run: str) -> None:
        """Ask the run to stop; if it still runs after `PATIENCE` seconds, end the worker."""
        self._send(wire.Stop(run))
        timer = threading.Timer(PATIENCE, self._end_if_running, (run,))
        timer.daemon = True
        timer.start()

    def kill(self) -> None:
        """End the worker at once, as a crash would."""
        if self._process:
            self._process.kill()

    def close(self) -> None:
        """End the worker for good."""
        with self._lock:
            self._closing = True
            process = self._process
        if process is None:
            return
        with contextlib.suppress(OSError):
            process.stdin.close()  # type: ignore[union-attr]
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _launch(self) -> None:
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        threading.Thread(target=self._listen, args=(self._process,), name="worker link", daemon=True).start()

    def _send(self, message: wire.AnyMessage) -> None:
        with self._lock:
            self._put(message)

    def _put(self, message: wire.AnyMessage) -> None:
        # A pipe that breaks here is a worker that died: `_listen` says so.
        if self._process and self._process.stdin:
            with contextlib.suppress(OSError, ValueError):
                wire.send(self._process.stdin, message)  # type: ignore[arg-type]

    def _end_if_running(self, run: str) -> None:
        with self._lock:
            if run in self._running and self._process:
                self._hard_stop = run
                self._process.kill()

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        """Thread: everything that the worker says until it ends."""
        ready = False
        try:
            while (message := wire.receive(process.stdout)) is not None:  # type: ignore[arg-type]
                ready = ready or isinstance(message, wire.Ready)
                self._pass_on(message)
        except wire.BrokenWire:
            process.kill()
        code = process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]
        _remove_blocks(process.pid)
        self._bury(code, ready)

    def _pass_on(self, message: wire.AnyMessage) -> None:
        if isinstance(message, wire.Happened):
            event = wire.unpacked(message)
            if isinstance(event, RunFinished):
                self._running.discard(event.run)
            self._heard(event)
        elif isinstance(message, wire.Ready | wire.Refused | wire.Planned | wire.HoldingsTold | wire.WordsTold):
            if isinstance(message, wire.Refused):
                self._running.discard(message.run)
            self._heard(message)

    def _bury(self, code: int, was_ready: bool) -> None:
        """Say what happened, end its runs, start another worker."""
        with self._lock:
            if self._closing:
                return
            self._quick_deaths = 0 if was_ready else self._quick_deaths + 1
            given_up = self._quick_deaths >= MAX_QUICK_DEATHS
            stopped, self._hard_stop = self._hard_stop, ""
            runs, self._running = self._running, set()
            if not given_up:
                self._launch()
        for run in runs:
            self._heard(RunFinished(run, "stopped" if run == stopped else LOST, 0.0))
        if not stopped:
            again = "it cannot be started" if given_up else "another was started"
            self._died(f"the worker ended ({_ending(code)}); {again}, finished nodes are kept")


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    with contextlib.suppress(ValueError):
        return f"signal {signal.Signals(-code).name}"
    return f"signal {-code}"


def _remove_blocks(pid: int) -> None:
    """Free the shared memory that a dead worker left behind."""
    for left in Path("/dev/shm").glob(f"tessera{pid:x}x*"):
        with contextlib.suppress(FileNotFoundError):
            block = shared_memory.SharedMemory(left.name)
            block.close()
            block.unlink()
