"""A command in a child process, so that an interrupt ends it within three seconds whatever it does.

Python handles signals between its own steps: a call into native code that keeps the interpreter is never interrupted from within.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable

PATIENCE = 2.0
"""Seconds that a soft stop has."""
GRACE = 0.5
"""Seconds more before the child is ended from outside: it may end itself, and say what it finished."""
CANCELED = 130


def guarded(work: Callable[[], int], ended_hard: Callable[[], None]) -> int:
    """The exit code of ``work``, done in a child process where the system has such.

    An interrupt or a request to terminate reaches the child as the latter. If it still lives after `PATIENCE`, it is killed and
    ``ended_hard`` is called. The child ends when this process does. To be called before there are threads.
    """
    if not hasattr(os, "fork"):
        return work()
    alive_end, end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(end)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # from a terminal it reaches both processes; it comes once, from the parent
        threading.Thread(target=_end_with_parent, args=(alive_end,), name="parent", daemon=True).start()
        return work()
    os.close(alive_end)
    killed = _forward_signals(child)
    _, status = os.waitpid(child, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    if killed:
        ended_hard()
    code = os.waitstatus_to_exitcode(status)
    return CANCELED if killed or -code in (signal.SIGTERM, signal.SIGINT) else code if code >= 0 else 128 - code


def _end_with_parent(pipe: int) -> None:
    """Thread of the child: nobody writes, so reading ends when the parent is gone."""
    os.read(pipe, 1)
    os._exit(CANCELED)


def _forward_signals(child: int) -> list[int]:
    """From here on interrupts go to the child; what is returned has an entry once it had to be killed."""
    asked: list[int] = []
    killed: list[int] = []

    def forward(number: int, frame: object) -> None:
        asked.append(number)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGTERM)
        signal.setitimer(signal.ITIMER_REAL, PATIENCE + GRACE if len(asked) == 1 else GRACE)

    def kill(number: int, frame: object) -> None:
        killed.append(child)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, forward)
    signal.signal(signal.SIGALRM, kill)
    return killed


def end_now(code: int) -> None:
    """End this process without waiting for its threads; what was printed is not lost."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)
