"""Running the queue without a window: jobs one after the other in a worker, until there are none or somebody interrupts."""

from __future__ import annotations

import contextlib
import queue
import signal
import threading
import time
from collections.abc import Callable, Iterator

from app import wire
from app.queue.job import Job
from app.queue.jobs import Jobs
from app.queue.taker import Taker
from app.worker_link import WorkerLink
from graph_engine.events import AnyEvent

LOOK_SECONDS = 0.25
"""How soon a wish or a new job is noticed."""
SEARCH_SECONDS = 5.0
"""How often an idle runner looks for jobs whose runner died: that changes nothing in the file."""


def serve(
    jobs: Jobs,
    *,
    until_empty: bool,
    interrupted: threading.Event,
    began: Callable[[Job], None],
    tell: Callable[[AnyEvent], None],
    ended: Callable[[Job], None],
    say: Callable[[str], None],
    nodes: str,
) -> None:
    """Take and run jobs.

    Args:
        jobs: the queue.
        until_empty: end when nothing waits, rather than wait for more.
        interrupted: set from anywhere to end; the job that runs then waits for the next runner.
        began: called with each job that is taken.
        tell: called with each event.
        ended: called with each job that is over or waits again.
        say: called with what else the user should know.
        nodes: package of node sections.
    """
    if until_empty and not jobs.waiting(others=True):
        return
    heard: queue.Queue[object] = queue.Queue()
    link = WorkerLink(heard.put, heard.put, nodes)
    taker = Taker(jobs, link, others=True)
    link.start()
    seen, looked = -1, 0.0
    try:
        while True:
            now, changes = time.monotonic(), jobs.changed_elsewhere()
            if interrupted.is_set():
                taker.leave()
            elif taker.current is None and not link.gave_up and (until_empty or changes != seen or now - looked > SEARCH_SECONDS):
                seen, looked = changes, now
                if job := taker.take():
                    began(job)
            if taker.current is None and (interrupted.is_set() or until_empty or link.gave_up):
                return
            for message in _heard_within(heard, LOOK_SECONDS):
                if isinstance(message, str):
                    say(message)
                elif isinstance(message, wire.Ready | wire.Planned):
                    continue
                elif job := taker.hear(message):  # type: ignore[arg-type]
                    ended(job)
                    looked = -SEARCH_SECONDS
                elif not isinstance(message, wire.Refused):
                    tell(message)  # type: ignore[arg-type]
            taker.look()
    finally:
        link.close()


def _heard_within(heard: queue.Queue[object], seconds: float) -> Iterator[object]:
    """What is heard; waits at most so long for the first."""
    with contextlib.suppress(queue.Empty):
        yield heard.get(timeout=seconds)
        while True:
            yield heard.get_nowait()


@contextlib.contextmanager
def interrupting(event: threading.Event, say: Callable[[str], None]) -> Iterator[None]:
    """Within, an interrupt or a request to terminate sets the event."""

    def asked(number: int, frame: object) -> None:
        if not event.is_set():
            say("stopping; the job goes on with the next `tessera queue run`")
        event.set()

    before = [(number, signal.signal(number, asked)) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)
