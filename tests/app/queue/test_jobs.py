"""The queue's file, without running anything."""

import sqlite3
import subprocess
import sys
import threading

import pytest

from app import places
from app.queue.job import DONE, FAILED, Made, Record
from app.queue.jobs import FILE, KEPT, Jobs, QueueTrouble, opened_or_begun_anew
from tests.app.queue.conftest import ROOT, job

TAKE_ALL = """
from app import places
from app.queue.jobs import Jobs
jobs = Jobs(places.data_folder())
while (job := jobs.take(others=True)):
    print(job.id)
    jobs.end(job, "done", job.record)
"""


def names(jobs: Jobs) -> list[str]:
    return [found.name for found in jobs.all()]


def test_a_job_comes_back_as_it_was_added(jobs):
    record = Record(results={"1": {"integer": Made("Integer", "d")}}, seeds={"6": 2**64 - 1}, files=("a.png",))
    added = jobs.add(job(targets=("1", "2"), output_folder="/out", scope="s", record=record))
    assert Jobs(places.data_folder()).job(added.id) == added and added.record == record


def test_jobs_are_taken_in_their_order_and_only_once(jobs):
    first, second = jobs.add(job("first")), jobs.add(job("second"))
    taken = [jobs.take(others=True), jobs.take(others=True), jobs.take(others=True)]
    assert [found.id if found else None for found in taken] == [first.id, second.id, None]


def test_processes_that_take_at_once_never_take_the_same(jobs):
    numbers = [jobs.add(job(str(number))).id for number in range(40)]
    words = [sys.executable, "-c", TAKE_ALL]
    takers = [subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    taken = [int(line) for taker in takers for line in taker.communicate(timeout=40)[0].split()]
    assert sorted(taken) == numbers


def test_a_new_queue_may_be_opened_by_many_at_once():
    opened: list[Jobs] = []
    threads = [threading.Thread(target=lambda: opened.append(Jobs(places.data_folder()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 8
    for one in opened:
        one.close()


def test_a_job_is_moved_to_the_front_and_to_a_place(jobs):
    a, b, c = (jobs.add(job(name)).id for name in "abc")
    jobs.move(c, 0)
    assert names(jobs) == ["c", "a", "b"]
    jobs.move(c, 1)
    jobs.move(b, 0)
    assert names(jobs) == ["b", "a", "c"]
    jobs.take(others=True)
    with pytest.raises(QueueTrouble, match="must wait or be paused to be moved, it is running"):
        jobs.move(b, 0)


def test_a_paused_job_is_passed_over_until_it_is_resumed(jobs):
    number = jobs.add(job()).id
    jobs.pause(number)
    assert jobs.take(others=True) is None
    jobs.resume(number)
    assert jobs.take(others=True).id == number


@pytest.mark.parametrize(
    ("wish", "came", "state"),
    [
        (Jobs.cancel, "stopped", "stopped"),
        (Jobs.pause, "stopped", "paused"),
        (Jobs.pause, "failed", "failed"),
        (Jobs.cancel, "done", "done"),
    ],
)
def test_a_wish_for_a_running_job_decides_how_it_ends_unless_it_was_over_first(jobs, wish, came, state):
    jobs.add(job())
    taken = jobs.take(others=True)
    wish(jobs, taken.id)
    assert jobs.job(taken.id).state == "running" and jobs.end(taken, came, taken.record).state == state


def test_a_failed_job_keeps_what_it_wrote_when_it_is_retried_and_a_done_one_begins_anew(jobs):
    record = Record(files=("a.png",), wrote=("9",), seeds={"6": 1})
    for state, kept in ((FAILED, record), (DONE, Record(seeds={"6": 1}))):
        jobs.add(job())
        taken = jobs.take(others=True)
        jobs.end(taken, state, record)
        jobs.retry(taken.id)
        assert jobs.job(taken.id).record == kept and jobs.cancel(taken.id) is None


def test_only_finished_jobs_are_cleared(jobs):
    done, _ = jobs.add(job("done")), jobs.add(job("waiting"))
    jobs.end(jobs.take(others=True), DONE, done.record)
    assert jobs.clear_finished() == 1 and names(jobs) == ["waiting"]


def test_the_job_of_a_killed_process_waits_again_at_its_place(jobs):
    first, _ = jobs.add(job("first")), jobs.add(job("second"))
    code = (
        "import os; from app import places; from app.queue.jobs import Jobs; Jobs(places.data_folder()).take(True); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    assert [left.state for left in jobs.all()] == ["running", "waiting"]
    again = jobs.take(others=True)
    assert (again.id, again.interruptions) == (first.id, 1)


def test_jobs_of_a_process_that_lives_are_its_own_and_become_left_over_with_it(jobs):
    other = Jobs(places.data_folder())
    number = jobs.add(job(owner=other.me)).id
    assert jobs.take(others=True) is None and jobs.left_over() == []
    other.close()
    assert [left.id for left in jobs.left_over()] == [number] and jobs.take() is None
    jobs.adopt([number])
    assert jobs.take().id == number


def test_a_change_by_another_process_is_noticed(jobs):
    seen = jobs.changed_elsewhere()
    jobs.add(job())
    assert jobs.changed_elsewhere() == seen
    other = Jobs(places.data_folder())
    other.add(job())
    other.close()
    assert jobs.changed_elsewhere() != seen


def test_a_queue_of_a_newer_program_is_left_alone(jobs):
    with sqlite3.connect(jobs.path) as db:
        db.execute("PRAGMA user_version=99")
    db.close()
    with pytest.raises(QueueTrouble, match="is of version 99, this program knows 1"):
        Jobs(places.data_folder())


def test_a_damaged_queue_is_put_aside_and_said(tmp_path):
    (tmp_path / FILE).write_bytes(b"not a database at all" * 100)
    with pytest.raises(QueueTrouble, match="must be a queue of this program"):
        Jobs(tmp_path)
    said: list[str] = []
    made = opened_or_begun_anew(tmp_path, said.append)
    assert made.all() == [] and "put aside" in said[0] and list(tmp_path.glob("*unreadable*"))
    made.close()


def test_only_the_last_finished_jobs_are_remembered_and_all_that_wait(jobs):
    waits = jobs.add(job("waits"))
    for number in range(KEPT + 5):
        jobs.cancel(jobs.add(job(str(number))).id)
    jobs.add(job("last"))
    listed = jobs.all()
    assert [found.name for found in listed[:3]] == ["waits", "last", str(KEPT + 4)] and len(listed) == KEPT + 1
    assert listed[0].workflow == b"" and jobs.job(waits.id).workflow == waits.workflow
