"""Several steps of a run at once: what may meet, what never does, what is told in which order."""

import contextlib
import threading

import pytest

from graph_engine import Cache, Catalogue, Context, Graph, Link, MemoryCache, Node, execute, node
from graph_engine.events import RunFinished, RunStarted, StepProgress, StepStarted

PATIENCE = 20


class Meeting:
    """Nodes that meet inside their functions, or count how many are there at once."""

    def __init__(self, parties):
        self.barrier = threading.Barrier(parties, timeout=PATIENCE)
        self.inside, self.most, self.lock = 0, 0, threading.Lock()

    def count(self):
        with self.lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        with contextlib.suppress(threading.BrokenBarrierError):
            self.barrier.wait(0.05)  # time for another to come, if it may
        with self.lock:
            self.inside -= 1


def catalogue_of(meeting, uses="", effect=False):
    @node()
    def meet(number: int = 0) -> int:
        """Wait until the others are here.

        Args:
            number: tells them apart.
        """
        meeting.barrier.wait()
        return number

    @node(uses=uses, effect=effect)
    def enter(number: int = 0) -> int:
        """Count who is here.

        Args:
            number: tells them apart.
        """
        meeting.count()
        return number

    @node()
    def both(a: int, b: int = 0) -> int:
        """Add.

        Args:
            a: one.
            b: another.
        """
        return a + b

    return Catalogue.of(("t", meet), ("t", enter), ("t", both))


def row_of(kind, count):
    return Graph({str(number): Node(f"t/{kind}", parameters={"number": number}) for number in range(count)})


@pytest.fixture
def memory():
    return Cache(MemoryCache())


def test_steps_that_do_not_need_each_other_run_at_once(memory):
    outcome = execute(row_of("meet", 3), catalogue_of(Meeting(3)), memory, threads=3)
    assert (outcome.state, outcome.ran) == ("done", ("0", "1", "2"))


def test_no_more_run_at_once_than_there_are_threads(memory):
    meeting = Meeting(9)
    execute(row_of("enter", 6), catalogue_of(meeting), memory, threads=2)
    assert meeting.most <= 2


def test_equal_steps_that_are_ready_at_once_are_made_once(memory):
    meeting = Meeting(9)
    equal = Graph({str(number): Node("t/enter") for number in range(4)})
    outcome = execute(equal, catalogue_of(meeting), memory, threads=4)
    assert (outcome.state, len(outcome.results), len(outcome.ran)) == ("done", 4, 1)
    assert meeting.most == 1


def test_steps_that_use_the_same_device_run_one_at_a_time(memory):
    meeting = Meeting(2)
    execute(row_of("enter", 4), catalogue_of(meeting, uses="device"), memory, threads=4)
    assert meeting.most == 1


def test_effects_come_one_after_the_other_in_order(memory):
    meeting, events = Meeting(2), []
    execute(row_of("enter", 4), catalogue_of(meeting, effect=True), memory, events.append, threads=4)
    assert meeting.most == 1
    assert [event.node for event in events if isinstance(event, StepStarted)] == ["0", "1", "2", "3"]


def test_a_device_does_not_keep_other_steps_from_running(memory):
    catalogue = catalogue_of(Meeting(2), uses="device")

    @node(uses="device")
    def meet_on_device() -> int:
        """Wait for one that needs no device."""
        return catalogue.function("t/meet")(7)

    both = Catalogue.of(("t", catalogue.function("t/meet")), ("t", meet_on_device))
    graph = Graph({"1": Node("t/meet_on_device"), "2": Node("t/meet")})
    assert execute(graph, both, memory, threads=2).state == "done"


def test_a_step_begins_after_all_its_sources_are_told(memory):
    graph = Graph({"1": Node("t/meet"), "2": Node("t/meet", parameters={"number": 2}), "3": Node("t/both")},
                  [Link("1", "integer", "3", "a"), Link("2", "integer", "3", "b")])  # fmt: skip
    events = []
    execute(graph, catalogue_of(Meeting(2)), memory, events.append, threads=4)
    assert isinstance(events[0], RunStarted) and isinstance(events[-1], RunFinished)
    told = [(type(event).__name__, event.node) for event in events[1:-1]]
    assert set(told[:-2]) == {(kind, one) for kind in ("StepStarted", "StepFinished") for one in "12"}
    assert told[-2:] == [("StepStarted", "3"), ("StepFinished", "3")]


def test_listeners_hear_one_event_at_a_time(memory):
    meeting = Meeting(4)
    execute(row_of("meet", 4), catalogue_of(Meeting(4)), memory, lambda event: meeting.count(), threads=4)
    assert meeting.most == 1


def test_a_failure_beside_a_step_leaves_its_result(memory):
    failed = threading.Event()

    @node()
    def lack() -> int:
        """Have no room."""
        raise MemoryError

    @node()
    def outlast() -> int:
        """Go on after the other failed."""
        return 1 if failed.wait(PATIENCE) else 0

    def listen(event):
        if type(event).__name__ == "StepFailed":
            failed.set()

    catalogue, graph = Catalogue.of(("t", lack), ("t", outlast)), Graph({"1": Node("t/lack"), "2": Node("t/outlast")})
    outcome = execute(graph, catalogue, memory, listen, threads=2)
    assert [failure.kind for failure in outcome.failures] == ["out_of_memory"]
    assert outcome.results["2"][0].description == "1"
    assert execute(graph, catalogue, memory, targets=["2"]).ran == ()


def test_a_stop_reaches_every_thread(memory):
    stop, barrier = threading.Event(), threading.Barrier(3, timeout=PATIENCE)

    @node()
    def go_on(context: Context, number: int = 0) -> int:
        """Report until told to stop.

        Args:
            number: tells them apart.
        """
        barrier.wait()
        for step in range(10**9):
            context.progress(step, 10**9)
        return number

    def listen(event):
        if isinstance(event, StepProgress) and event.done > 3:
            stop.set()

    graph = Graph({str(number): Node("t/go_on", parameters={"number": number}) for number in range(3)})
    outcome = execute(graph, Catalogue.of(("t", go_on)), memory, listen, stop=stop, threads=3)
    assert (outcome.state, outcome.ran) == ("stopped", ())
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("step ")] == []


def test_a_chain_stays_in_the_thread_of_the_run(toys, memory):
    nodes = {"0": Node("numbers/number")} | {str(number): Node("numbers/add", parameters={"b": number}) for number in range(1, 50)}
    graph = Graph(nodes, [Link(str(number - 1), "integer", str(number), "a") for number in range(1, 50)])
    threads = set()
    execute(graph, toys, memory, lambda event: threads.add(threading.current_thread().name))
    assert threads == {threading.current_thread().name}


def test_what_waits_beyond_the_memory_budget_keeps_to_one_thread():
    meeting = Meeting(2)

    @node()
    def widen() -> str:
        """Make something large."""
        return "wide" * 100

    @node()
    def enter(text: str, number: int = 0) -> int:
        """Count who is here, with something large in hand.

        Args:
            text: what is large.
            number: tells them apart.
        """
        meeting.count()
        return number

    graph = row_of("enter", 4).with_node("wide", Node("t/widen"))
    graph = Graph(graph.nodes, [Link("wide", "text", str(number), "text") for number in range(4)])
    execute(graph, Catalogue.of(("t", widen), ("t", enter)), Cache(MemoryCache(budget=100)), threads=4)
    assert meeting.most == 1
