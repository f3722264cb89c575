"""The jobs of all processes of this user in one SQLite file: in order, each taken by one, kept when the process that had it dies."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from app.queue.job import DONE, FINISHED, PAUSED, RUNNING, STOPPED, WAITING, Job, Record
from app.queue.presence import Presence, is_present
from app.sqlite_file import SqliteFile, Unreadable, put_aside

FILE, PRESENT = "queue.sqlite", "present"
VERSION = 1

_SCHEMA = """
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL, workflow BLOB NOT NULL, targets TEXT, output_folder TEXT NOT NULL, scope TEXT NOT NULL, sweep BLOB NOT NULL,
    state TEXT NOT NULL, wish TEXT NOT NULL, owner TEXT NOT NULL, place INTEGER NOT NULL,
    added REAL NOT NULL, began REAL, ended REAL, interruptions INTEGER NOT NULL, record BLOB NOT NULL
);
CREATE INDEX jobs_in_order ON jobs (state, place);
"""
_COLUMNS = tuple(field.name for field in msgspec.structs.fields(Job))
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM jobs"
_LIGHT = {"workflow": "x''", "sweep": "substr(sweep, 1, 1)"}
_SELECT_LIGHT = f"SELECT {', '.join(_LIGHT.get(name, name) for name in _COLUMNS)} FROM jobs"
KEPT = 200
"""Finished jobs that are remembered. Pictures and their workflows are in the history."""


class QueueTrouble(Exception):
    """The queue cannot do what was asked: the message says where, the rule and what came."""


class Jobs:
    """A connection to the queue, usable from any thread of its process.

    Args:
        folder: where the queue lies; processes that name the same folder share it.

    Raises:
        QueueTrouble: the file is damaged, or of a newer program.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / PRESENT
        self._presence: Presence | None = None
        try:
            self._file = SqliteFile(folder / FILE, _SCHEMA, VERSION, "a queue")
        except Unreadable as error:
            raise QueueTrouble(str(error)) from None
        self.path, self._lock, self._db, self._writing = self._file.path, self._file.lock, self._file.db, self._file.writing

    def close(self) -> None:
        """What this process was to run is left to whoever comes next."""
        with self._lock:
            self._file.close()
            if self._presence:
                self._presence.end()
                self._presence = None

    @property
    def me(self) -> str:
        """This process as the owner of jobs; from here on others see that it lives."""
        with self._lock:
            self._presence = self._presence or Presence(self._folder)
            return self._presence.name

    # looking

    def all(self) -> list[Job]:
        """Every job, without its workflow: those that run, those that wait in their order, the finished ones, the latest first."""
        jobs = self._read(f"{_SELECT_LIGHT} ORDER BY place")
        unfinished = sorted((job for job in jobs if not job.is_finished), key=lambda job: job.state != RUNNING)
        return unfinished + sorted((job for job in jobs if job.is_finished), key=lambda job: -(job.ended or 0.0))

    def job(self, number: int) -> Job:
        """
        Raises:
            QueueTrouble: there is no such job.
        """
        found = self._read(f"{_SELECT} WHERE id = ?", number)
        if not found:
            raise QueueTrouble(f"job {number}: is not in the queue")
        return found[0]

    def left_over(self) -> list[Job]:
        """Jobs that wait for a process that is gone."""
        return [job for job in self._read(f"{_SELECT} WHERE state = ? ORDER BY place", WAITING) if job.owner and not self._lives(job.owner)]

    def changed_elsewhere(self) -> int:
        """A number that changes with every change that another process makes."""
        with self._lock:
            return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    # filling

    def add(self, job: Job) -> Job:
        """The job with its number, at the end of the queue. Its own number and place count for nothing."""
        with self._writing():
            added = msgspec.structs.replace(job, place=self._last_place() + 1, added=time.time())
            columns = _COLUMNS[1:]
            marks = ", ".join("?" * len(columns))
            self._forget_old()
            number = self._db.execute(f"INSERT INTO jobs ({', '.join(columns)}) VALUES ({marks})", _row(added)[1:]).lastrowid
            return msgspec.structs.replace(added, id=number)

    def move(self, number: int, place: int) -> None:
        """Put an unfinished job at a place among those that wait or are paused; 0 is the front."""
        with self._writing():
            rows = self._db.execute("SELECT id, place FROM jobs WHERE state IN (?, ?) ORDER BY place", (WAITING, PAUSED)).fetchall()
            order, places = [row[0] for row in rows], [row[1] for row in rows]
            if number not in order:
                raise QueueTrouble(f"job {number}: must wait or be paused to be moved, it is {self.job(number).state}")
            order.remove(number)
            order.insert(max(0, place), number)
            self._db.executemany("UPDATE jobs SET place = ? WHERE id = ?", zip(places, order, strict=True))

    def pause(self, number: int) -> None:
        """Hold a job back; one that runs is stopped, and goes on from its last finished node when resumed."""
        self._ask(number, PAUSED, of=(WAITING,))

    def cancel(self, number: int) -> None:
        self._ask(number, STOPPED, of=(WAITING, PAUSED))

    def resume(self, number: int) -> None:
        with self._writing():
            job = self.job(number)
            if job.state == RUNNING and job.wish == PAUSED:
                self._change(number, wish=WAITING)
            elif job.state == PAUSED:
                self._change(number, state=WAITING)
            elif job.state not in (WAITING, RUNNING):
                raise QueueTrouble(f"job {number}: must be paused to be resumed, it is {job.state}")

    def retry(self, number: int, owner: str = "") -> None:
        """Put a finished job at the end of the queue. A failed or stopped one does not write again the files that it wrote."""
        with self._writing():
            job = self.job(number)
            if not job.is_finished:
                raise QueueTrouble(f"job {number}: must be done, failed or stopped to be run again, it is {job.state}")
            fresh = Record(seeds=job.record.seeds)
            record = fresh if job.state == DONE else msgspec.structs.replace(job.record, failures=(), problems=(), deaths=0)
            self._change(number, state=WAITING, wish="", owner=owner, place=self._last_place() + 1, began=None, ended=None, record=record)

    def forget(self, number: int) -> None:
        """Forget a finished job."""
        with self._writing():
            self._db.execute(f"DELETE FROM jobs WHERE id = ? AND state IN {FINISHED}", (number,))

    def clear_finished(self) -> int:
        """Forget the finished jobs; how many there were."""
        with self._writing():
            return self._db.execute("DELETE FROM jobs WHERE state IN (?, ?, ?)", FINISHED).rowcount

    def adopt(self, numbers: Iterable[int]) -> None:
        """Jobs that wait are from now on this process's to run."""
        with self._writing():
            for number in numbers:
                if self.job(number).state == WAITING:
                    self._change(number, owner=self.me)

    # taking

    def waiting(self, others: bool = False) -> list[Job]:
        """The jobs that `take` would give, in their order."""
        self.find_interrupted()
        jobs = self._read(f"{_SELECT} WHERE state = ? ORDER BY place", WAITING)
        return [job for job in jobs if job.owner == self.me or (others and not (job.owner and self._lives(job.owner)))]

    def take(self, others: bool = False) -> Job | None:
        """The next job, which is this process's until it ends it; no other process gets the same.

        Args:
            others: also those that nobody in particular is to run, and those of processes that are gone.
        """
        with self._writing():
            jobs = self.waiting(others)
            if not jobs:
                return None
            self._change(jobs[0].id, state=RUNNING, owner=self.me, began=time.time(), ended=None, wish="")
            return self.job(jobs[0].id)

    def find_interrupted(self) -> None:
        """Jobs whose process died while it ran them wait again, at their place."""
        with self._writing():
            for job in self._read(f"{_SELECT} WHERE state = ?", RUNNING):
                if not self._lives(job.owner):
                    self._change(job.id, state=job.wish or WAITING, wish="", interruptions=job.interruptions + 1)

    def keep(self, job: Job, record: Record) -> None:
        """Write down what a running job has made so far."""
        with self._writing():
            self._change(job.id, record=record)

    def end(self, job: Job, state: str, record: Record) -> Job:
        """A running job is over, or waits again. One that was stopped ends as was wished."""
        with self._writing():
            wish = self.job(job.id).wish
            ending = wish if wish and state in (STOPPED, WAITING) else state
            ended = time.time() if ending in FINISHED else None
            again = ending == WAITING
            self._change(job.id, state=ending, wish="", ended=ended, record=record, interruptions=job.interruptions + again)
            return self.job(job.id)

    # the file

    def _ask(self, number: int, state: str, of: Sequence[str]) -> None:
        """Set the state of a job that does not run, or ask its owner to end it so."""
        with self._writing():
            self.find_interrupted()
            job = self.job(number)
            if job.state == RUNNING:
                self._change(number, wish=state)
            elif job.state in of:
                self._change(number, state=state, ended=time.time() if state in FINISHED else None)
            elif job.state != state:
                raise QueueTrouble(f"job {number}: must be running or {' or '.join(of)} to be {state}, it is {job.state}")

    def _lives(self, owner: str) -> bool:
        return (self._presence is not None and owner == self._presence.name) or is_present(self._folder, owner)

    def _last_place(self) -> int:
        return int(self._db.execute("SELECT COALESCE(MAX(place), 0) FROM jobs").fetchone()[0])

    def _forget_old(self) -> None:
        finished = f"SELECT id FROM jobs WHERE state IN {FINISHED} ORDER BY ended DESC LIMIT -1 OFFSET {KEPT - 1}"
        self._db.execute(f"DELETE FROM jobs WHERE id IN ({finished})")

    def _change(self, number: int, **values: Any) -> None:
        if "record" in values:
            values["record"] = msgspec.json.encode(values["record"])
        self._db.execute(f"UPDATE jobs SET {', '.join(f'{name} = ?' for name in values)} WHERE id = ?", (*values.values(), number))

    def _read(self, query: str, *values: Any) -> list[Job]:
        return [_job(row) for row in self._file.rows(query, *values)]


def opened_or_begun_anew(folder: Path, say: Callable[[str], None]) -> Jobs:
    """The queue of a folder. One that cannot be read is put aside, which is said: a window must open."""
    try:
        return Jobs(folder)
    except OSError as error:
        say(f"{folder}: cannot be written ({error.strerror}): jobs are not kept when the program ends")
        return Jobs(Path(tempfile.mkdtemp(prefix="tessera-queue-")))
    except QueueTrouble as trouble:
        aside = put_aside(folder / FILE)
        say(f"{trouble}. It was put aside as {aside.name}, and an empty queue begun")
        return Jobs(folder)


def _row(job: Job) -> tuple[Any, ...]:
    values = msgspec.structs.asdict(job)
    values["targets"] = None if job.targets is None else msgspec.json.encode(job.targets).decode()
    values["record"] = msgspec.json.encode(job.record)
    return tuple(values[name] for name in _COLUMNS)


def _job(row: Sequence[Any]) -> Job:
    values = dict(zip(_COLUMNS, row, strict=True))
    targets = values["targets"]
    values["targets"] = None if targets is None else tuple(msgspec.json.decode(targets))
    values["record"] = msgspec.json.decode(values["record"], type=Record)
    return Job(**values)
