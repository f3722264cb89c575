"""Which task of a run is next, and in which thread: by rank, never two of one resource at once, alone where help costs more than it gives.

The run's own thread works like the others, so a chain of quick steps never changes threads. It calls helpers only while something slow,
or of unknown cost, waits beside what it does itself.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from heapq import heappop, heappush

from graph_engine.steps import Step

Task = tuple[int, int, Step]
"""Rank of a step, number of the item (-1 = the step itself), the step. The lowest is next."""

THREADS = min(8, (os.cpu_count() or 1) + 2)
"""Threads of a run, its own among them. Steps that wait for files need no core, so there are two more than cores."""


class Schedule:
    """Runs tasks until none is ready and none is running. ``lock`` guards it, and whatever else its tasks share.

    Args:
        work: does a task, outside of the lock; it may `add` further ones.
        quick: whether a step's tasks are over before a thread would be awake.
        crowded: whether the run holds too much to begin more beside each other.
        stop: set from anywhere, no further task begins.
        threads: how many work at most, the caller's among them.
    """

    def __init__(
        self,
        work: Callable[[Task], None],
        quick: Callable[[Step], bool],
        crowded: Callable[[], bool],
        stop: threading.Event,
        threads: int = THREADS,
    ) -> None:
        self.lock = threading.RLock()
        self._changed = threading.Condition(self.lock)
        self._work, self._quick, self._crowded, self._stop = work, quick, crowded, stop
        self._helpers_allowed = threads - 1
        self._ready: list[Task] = []  # a heap
        self._bound: dict[str, list[Task]] = {}  # heaps by resource, of those that have one
        self._used: set[str] = set()
        self._running = 0
        self._slow: set[Task] = set()  # those of the running tasks that are not quick
        self._helpers: list[threading.Thread] = []
        self.alone = True
        """Whether no other thread does anything for the run. Asked by a task it holds until that is done."""
        self._idle = 0
        self._over = False
        self._error: BaseException | None = None

    def add(self, task: Task) -> None:
        """A task that may begin now. Whoever adds it holds the lock."""
        resource = task[2].resource
        heappush(self._bound.setdefault(resource, []) if resource else self._ready, task)

    def run(self) -> bool:
        """Work until nothing is left; False where the run was asked to stop before.

        Raises:
            BaseException: what a task raised, in whichever thread; no task is running any more.
        """
        try:
            self._serve(leader=True)
        finally:
            self._end()
            for helper in self._helpers:
                helper.join()
        if self._error:
            raise self._error
        return not self._ready and not any(self._bound.values())

    def _serve(self, leader: bool) -> None:
        done: Task | None = None
        while (task := self._next(done, leader)) is not None:
            try:
                self._work(task)
            except BaseException as error:  # a stop, or a fault of the engine's own: the end of the run, in whichever thread
                self._end(error)
                return
            done = task

    def _next(self, done: Task | None, leader: bool) -> Task | None:
        """Give back what the last task used, and wait for the next; None at the end."""
        if self.alone and len(self._ready) == 1 and not (self._bound or self._slow or self._stop.is_set()):
            self._running = 1
            return self._ready.pop()  # one after the other: nobody could help
        with self.lock:
            if done is not None:
                self._give_back(done)
            while not self._over and not self._stop.is_set():
                task = self._best()
                if task and (leader or self._worth_help(task)):
                    self._take(task)
                    return task
                if leader and not self._running:
                    return None
                self._idle += 1
                self._changed.wait()
                self._idle -= 1
            return None

    def _best(self) -> Task | None:
        found = self._ready[0] if self._ready else None
        for resource, tasks in self._bound.items():
            if tasks and resource not in self._used and (found is None or tasks[0] < found):
                found = tasks[0]
        return found

    def _take(self, task: Task) -> None:
        if resource := task[2].resource:
            heappop(self._bound[resource])
            self._used.add(resource)
        else:
            heappop(self._ready)
        self._running += 1
        further = self._best()
        if not self._helpers and further is None:
            return  # nobody asks how long it takes
        if not self._quick(task[2]):
            self._slow.add(task)
        if self._helpers_allowed and further and self._worth_help(further):
            self._call_help()

    def _worth_help(self, task: Task) -> bool:
        """Whether a helper should do a task: it is slow, or everyone else is at something slow; and there is room."""
        return (not self._quick(task[2]) or len(self._slow) >= self._running) and not self._crowded()

    def _call_help(self) -> None:
        if self._idle:
            self._changed.notify()
        elif len(self._helpers) < self._helpers_allowed:
            helper = threading.Thread(target=self._serve, args=(False,), name=f"step {len(self._helpers) + 1}", daemon=True)
            self._helpers.append(helper)
            self.alone = False
            helper.start()

    def _give_back(self, task: Task) -> None:
        self._running -= 1
        if resource := task[2].resource:
            self._used.discard(resource)
        if self._slow:
            self._slow.discard(task)
        if self._idle and not self._running:
            self._changed.notify_all()

    def _end(self, error: BaseException | None = None) -> None:
        with self.lock:
            self._over = True
            self._error = self._error or error
            self._changed.notify_all()
