"""Runs: what runs, what does not, what is told."""

import contextlib
import threading
import weakref
from pathlib import Path
from typing import Annotated

from graph_engine import (
    Cache,
    Catalogue,
    Context,
    DiskCache,
    File,
    FileDigests,
    Graph,
    History,
    Link,
    MemoryCache,
    Node,
    ValueType,
    execute,
    node,
    plan,
    register_value,
)
from graph_engine.events import RunFinished, RunStarted, StepFailed, StepFinished, StepPreview, StepProgress, StepStarted


def run(graph, toys, cache, **options):
    events = []
    return execute(graph, toys, cache, events.append, **options), events


def states(events):
    return {event.node: event.state for event in events if isinstance(event, StepFinished)}


def test_a_graph_runs_and_a_second_run_runs_nothing(sum_graph, toys, cache):
    outcome, _ = run(sum_graph, toys, cache)
    assert (outcome.state, outcome.ran) == ("done", ("1", "2", "3"))
    again, events = run(sum_graph, toys, cache)
    assert (again.ran, states(events)) == ((), {"3": "memory"})
    assert again.results["3"] == outcome.results["3"]


def test_a_new_process_goes_on_from_the_disk(sum_graph, toys, cache):
    run(sum_graph, toys, cache)
    _, events = run(sum_graph, toys, Cache(MemoryCache(), cache.disk))
    assert states(events) == {"3": "disk"}


def test_a_parameter_changed_and_changed_back_runs_nothing(sum_graph, toys, cache):
    run(sum_graph, toys, cache)
    run(sum_graph.with_parameter("1", "value", 5), toys, cache)
    assert run(sum_graph, toys, cache)[0].ran == ()


def test_an_equal_output_stops_the_re_run_there(toys, cache):
    def graph(value, b):
        nodes = {"1": Node("numbers/number", parameters={"value": value}), "2": Node("numbers/add", parameters={"b": b}),
                 "3": Node("numbers/add")}  # fmt: skip
        return Graph(nodes, [Link("1", "integer", "2", "a"), Link("2", "integer", "3", "a")])

    run(graph(1, 3), toys, cache)
    assert run(graph(2, 2), toys, cache)[0].ran == ("1", "2")


def test_events_tell_the_run_in_order(toys, cache):
    graph = Graph({"1": Node("pictures/swatch"), "2": Node("pictures/fade")}, [Link("1", "swatch", "2", "picture")])
    _, events = run(graph, toys, cache, run_id="r")
    kinds = [type(event) for event in events]
    assert kinds[:3] == [RunStarted, StepStarted, StepFinished] and kinds[-1] is RunFinished
    assert kinds.count(StepProgress) == 4 and kinds.count(StepPreview) >= 1
    assert all(event.run == "r" for event in events)


def test_stop_ends_within_the_step_and_keeps_what_was_finished(toys, cache):
    nodes = {"1": Node("numbers/number"), "2": Node("numbers/count_slowly", parameters={"pause": 0.0, "steps": 100})}
    graph = Graph(nodes, [Link("1", "integer", "2", "a")])
    stop = threading.Event()

    def emit(event):
        if isinstance(event, StepProgress) and event.done == 3:
            stop.set()

    assert execute(graph, toys, cache, emit, stop=stop).state == "stopped"
    assert cache.where(next(iter(execute(graph, toys, cache, targets=["1"]).results["1"])).digest) == ""
    assert execute(graph, toys, cache, targets=["1"]).ran == ()


def test_a_failure_does_not_stop_what_does_not_need_it(sum_graph, toys, cache):
    graph = Graph({**sum_graph.nodes, "4": Node("numbers/fail"), "5": Node("numbers/add")},
                  [*sum_graph.links, Link("1", "integer", "4", "a"), Link("4", "integer", "5", "a")])  # fmt: skip
    outcome, events = run(graph, toys, cache)
    assert (outcome.state, set(outcome.ran)) == ("failed", {"1", "2", "3"})
    (failed,) = [event for event in events if isinstance(event, StepFailed)]
    assert (failed.node, failed.kind, failed.message, failed.remedy) == (
        "4",
        "failed",
        "a: must be something else, got 1",
        "try another node",
    )


def test_a_bug_in_a_node_carries_its_traceback(toys, cache):
    graph = Graph({"1": Node("pictures/swatch", parameters={"color": "#123456", "side": 3}), "2": Node("pictures/keep")},
                  [Link("1", "swatch", "2", "picture")])  # fmt: skip
    outcome = execute(graph, toys, cache, output_folder=cache.disk.folder / "nowhere")
    assert outcome.failures[0].kind == "bug" and "FileNotFoundError" in outcome.failures[0].detail


def test_a_graph_with_errors_is_refused_before_anything_runs(toys, cache):
    outcome, events = run(Graph({"1": Node("numbers/add")}), toys, cache)
    assert (outcome.state, events) == ("refused", [])


def test_an_effect_acts_each_time_and_what_feeds_it_does_not_run_again(toys, cache, tmp_path):
    graph = Graph({"1": Node("pictures/swatch"), "2": Node("pictures/keep")}, [Link("1", "swatch", "2", "picture")])
    run(graph, toys, cache, output_folder=tmp_path)
    (tmp_path / "kept.bin").unlink()
    again, _ = run(graph, toys, cache, output_folder=tmp_path)
    assert again.ran == ("2",) and again.files == (str(tmp_path / "kept.bin"),)
    assert (tmp_path / "kept.bin").exists()


def test_an_entry_that_vanished_after_planning_is_made_again(sum_graph, toys, cache):
    run(sum_graph, toys, cache)
    fresh = Cache(MemoryCache(), cache.disk)
    for path in (cache.disk.folder / "entries").glob("*/*"):
        path.write_bytes(b"damaged")
    outcome, _ = run(sum_graph, toys, fresh)
    assert (outcome.state, outcome.ran) == ("done", ("1", "2", "3"))


def test_a_plan_says_what_runs_and_why(sum_graph, toys, cache):
    history = History()

    def reasons(graph):
        return {step.node: step.reason or step.state for step in plan(graph, toys, cache, FileDigests(), history=history, scope="s").steps}

    assert set(reasons(sum_graph).values()) == {"never ran"}
    execute(sum_graph, toys, cache, history=history, scope="s")
    assert reasons(sum_graph) == {"3": "memory"}
    changed = sum_graph.with_parameter("2", "b", 7)
    assert reasons(changed) == {"1": "memory", "2": "b changed from 1 to 7", "3": "its source 2 runs"}
    cache.memory.clear()
    cache.disk.clear()
    assert reasons(sum_graph)["1"] == "was evicted: its result is no longer held"


def test_a_source_that_will_give_the_same_again_is_no_reason(toys):
    links = [Link("1", "integer", "3", "a"), Link("2", "integer", "3", "b")]
    graph = Graph({"1": Node("numbers/number"), "2": Node("numbers/number"), "3": Node("numbers/add")}, links)
    memory_cache, history = Cache(MemoryCache()), History()
    execute(graph, toys, memory_cache, history=history)
    memory_cache.memory.clear()
    changed = plan(graph.with_parameter("2", "value", 9), toys, memory_cache, FileDigests(), history=history)
    assert {step.node: step.reason for step in changed.runs}["3"] == "its source 2 runs"
    same = plan(graph, toys, memory_cache, FileDigests(), history=history)
    assert {step.reason for step in same.runs} == {"was evicted: its result is no longer held"}


def test_a_plan_estimates_from_what_steps_of_the_type_took(sum_graph, toys, cache):
    history = History()
    execute(sum_graph, toys, cache, history=history)
    planned = plan(sum_graph.with_parameter("1", "value", 9), toys, cache, FileDigests(), history=history)
    assert all(step.seconds is not None and step.seconds < 1 for step in planned.runs)


def test_history_outlives_the_process(sum_graph, toys, cache, tmp_path):
    execute(sum_graph, toys, cache, history=History(tmp_path / "history.db"), scope="s")
    assert History(tmp_path / "history.db").last("s", "2").parameters == {"b": 1}


def test_a_step_without_room_says_so_in_its_kind(toys, cache):
    graph = Graph({"1": Node("numbers/number"), "2": Node("numbers/exhaust")}, [Link("1", "integer", "2", "a")])
    assert [failure.kind for failure in execute(graph, toys, cache).failures] == ["out_of_memory"]


def test_a_driven_value_outside_the_range_fails_with_the_rule(toys, cache):
    nodes = {"1": Node("numbers/number", parameters={"value": 900}), "2": Node("pictures/swatch")}
    graph = Graph(nodes, [Link("1", "integer", "2", "side")])
    (failed,) = execute(graph, toys, cache).failures
    assert (failed.kind, failed.message) == ("failed", "side: must be within 1 to 512, got 900 from node 1")


def test_an_output_of_another_type_is_the_nodes_bug(cache):
    @node()
    def liar() -> int:
        """Say one thing, give another."""
        return 1.5  # type: ignore[return-value]

    (failed,) = execute(Graph({"1": Node("t/liar")}), Catalogue.of(("t", liar)), cache).failures
    assert (failed.kind, failed.message) == ("bug", "output integer: must be Integer, got Number")


def test_a_node_that_catches_everything_does_not_catch_the_stop(cache):
    @node()
    def stubborn(context: Context) -> int:
        """Go on whatever happens."""
        with contextlib.suppress(Exception):
            context.progress(0, 1)
        return 1

    stop = threading.Event()

    def emit(event):
        if isinstance(event, StepStarted):
            stop.set()

    assert execute(Graph({"1": Node("t/stubborn")}), Catalogue.of(("t", stubborn)), cache, emit, stop=stop).state == "stopped"


def test_a_file_that_changes_while_its_node_runs_is_not_remembered_as_it_was(cache, tmp_path):
    path = tmp_path / "text"
    path.write_text("before")

    @node()
    def slow_reader(file: Annotated[str, File()] = str(path)) -> str:
        """Read while another writes.

        Args:
            file: what to read.
        """
        path.write_text("after")
        return path.read_text()

    graph, catalogue = Graph({"1": Node("t/slow_reader")}), Catalogue.of(("t", slow_reader))
    assert execute(graph, catalogue, cache).ran == ("1",)
    path.write_text("before")
    assert execute(graph, catalogue, cache).ran == ("1",)


def test_a_broken_seed_elsewhere_does_not_hinder(sum_graph, toys, cache):
    graph = sum_graph.with_node("9", Node("pictures/fade", parameters={"seed": "x", "steps": "many"}))
    assert execute(graph, toys, cache, targets=["3"]).state == "done"


def test_a_long_chain_runs_once_and_is_read_from_its_end(toys, cache):
    count = 1500
    nodes = {str(number): Node("numbers/add", parameters={"b": number}) for number in range(1, count)} | {"0": Node("numbers/number")}
    graph = Graph(nodes, [Link(str(number - 1), "integer", str(number), "a") for number in range(1, count)])
    memory = Cache(MemoryCache())
    assert len(execute(graph, toys, memory).ran) == count
    again, events = run(graph, toys, memory)
    assert states(events) == {str(count - 1): "memory"} and again.results[str(count - 1)][0].description == str(1 + sum(range(1, count)))


def test_a_chain_whose_entries_are_all_damaged_is_made_again(toys, cache):
    count = 60
    nodes = {str(number): Node("numbers/add", parameters={"b": number}) for number in range(1, count)} | {"0": Node("numbers/number")}
    graph = Graph(nodes, [Link(str(number - 1), "integer", str(number), "a") for number in range(1, count)])
    execute(graph, toys, cache)
    for path in (cache.disk.folder / "entries").glob("*/*"):
        path.write_bytes(b"damaged")
    assert len(execute(graph, toys, Cache(MemoryCache(), cache.disk)).ran) == count


def test_a_branch_is_finished_before_the_next_begins(toys, cache):
    steps = {f"{branch}{step}": Node("numbers/add", parameters={"b": ord(branch)}) for branch in "ab" for step in "123"}
    nodes = {"0": Node("numbers/number"), **steps}
    links = [Link("0", "integer", f"{branch}1", "a") for branch in "ab"]
    links += [Link(f"{branch}{step}", "integer", f"{branch}{step + 1}", "a") for branch in "ab" for step in (1, 2)]
    assert execute(Graph(nodes, links), toys, cache).ran == ("0", "a1", "a2", "a3", "b1", "b2", "b3")


class Heavy:
    """A value that tells how many of its kind there are."""

    alive: weakref.WeakSet["Heavy"] = weakref.WeakSet()

    def __init__(self, number: int) -> None:
        self.number = number
        self.alive.add(self)


register_value(Heavy, ValueType(name="Heavy", digest=lambda heavy: f"{heavy.number:032x}", size=lambda heavy: 1000))


def test_values_are_let_go_after_their_last_use_where_the_budget_is_full():
    most = []

    @node()
    def heavier(a: Heavy | None = None) -> Heavy:
        """Make one more.

        Args:
            a: the one before.
        """
        most.append(len(Heavy.alive))
        return Heavy(a.number + 1 if a else 0)

    nodes = {str(number): Node("t/heavier") for number in range(30)}
    chain = Graph(nodes, [Link(str(number), "heavy", str(number + 1), "a") for number in range(29)])
    execute(chain, Catalogue.of(("t", heavier)), Cache(MemoryCache(budget=0)))
    assert len(most) == 30 and max(most) <= 3


def test_results_that_cannot_be_kept_on_disk_are_noted(sum_graph, toys, tmp_path):
    (tmp_path / "blocked").write_text("in the way")
    outcome = execute(sum_graph, toys, Cache(MemoryCache(), DiskCache(tmp_path / "blocked")))
    assert outcome.state == "done" and "results are not kept on disk" in outcome.notes[0]


def test_reasons_name_the_file_and_the_version(cache, tmp_path):
    def reader(version):
        @node(version=version)
        def read_text(file: Annotated[str, File()] = str(tmp_path / "text")) -> str:
            """Read.

            Args:
                file: what to read.
            """
            return Path(file).read_text()

        return Catalogue.of(("t", read_text))

    graph, history = Graph({"1": Node("t/read_text")}), History()
    (tmp_path / "text").write_text("one")
    execute(graph, reader(1), cache, history=history)
    (tmp_path / "text").write_text("two")
    assert [step.reason for step in plan(graph, reader(1), cache, FileDigests(), history=history).runs] == [
        "the file of file changed: 'text'"
    ]
    assert [step.reason for step in plan(graph, reader(2), cache, FileDigests(), history=history).runs] == ["version 1 became 2"]
