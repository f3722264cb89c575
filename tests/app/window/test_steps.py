"""What the window makes of a run's events, without a window."""

from app.sheet import sheet
from app.steps import Steps
from graph_engine import Graph, Link, Node, Pixels
from graph_engine.events import Result, RunFinished, RunStarted, StepFailed, StepFinished, StepPreview, StepProgress, StepStarted

RED = Pixels(1, 1, b"\xff\x00\x00\xff")
BLUE = Pixels(1, 1, b"\x00\x00\xff\xff")
CHAIN = Graph({"1": Node("a/a"), "2": Node("a/b"), "3": Node("a/c")}, [Link("1", "x", "2", "x")])


def _ran(*nodes: str) -> Steps:
    steps = Steps()
    steps.begin(CHAIN)
    steps.take(RunStarted("r", nodes, ()))
    for node in nodes:
        steps.take(StepStarted("r", node))
        steps.take(StepFinished("r", node, "ran", 1.0, (Result("x", "Image", node, pixels=BLUE),)))
    steps.take(RunFinished("r", "done", 1.0, nodes))
    return steps


def test_a_preview_is_shown_until_the_result_is_there() -> None:
    steps = Steps()
    steps.take(RunStarted("r", ("1",), ()))
    steps.take(StepStarted("r", "1"))
    steps.take(StepProgress("r", "1", 3, 4))
    steps.take(StepPreview("r", "1", RED))
    assert (steps["1"].share, steps["1"].picture) == (0.75, RED)
    steps.take(StepFinished("r", "1", "ran", 1.0, (Result("x", "Image", "d", pixels=BLUE),)))
    assert steps["1"].picture == BLUE


def test_the_last_result_stays_in_sight_while_a_node_runs_again() -> None:
    steps = _ran("1")
    steps.take(RunStarted("s", ("1",), ()))
    steps.take(StepStarted("s", "1"))
    assert steps["1"].picture == BLUE


def test_a_node_that_never_had_its_turn_goes_back_to_what_it_was() -> None:
    steps = _ran("1", "2")
    steps.take(RunStarted("s", ("1", "2"), ()))
    assert steps["2"].state == "waiting"
    steps.take(StepStarted("s", "1"))
    steps.take(RunFinished("s", "stopped", 0.1))
    assert (steps["1"].state, steps["2"].state) == ("", "ran")


def test_an_edit_makes_what_needs_it_stale_and_its_undo_fresh() -> None:
    steps = _ran("1", "2", "3")
    changed = CHAIN.with_parameter("1", "p", 5)
    assert steps.mark_stale(changed) == {"1", "2"}
    assert [steps[node].stale for node in "123"] == [True, True, False]
    assert steps.mark_stale(CHAIN) == {"1", "2"}
    assert not any(steps[node].stale for node in "123")


def test_a_new_title_makes_nothing_stale() -> None:
    steps = _ran("1", "2")
    assert steps.mark_stale(CHAIN.with_node("1", Node("a/a", title="Dusk"))) == set()


def test_a_node_that_ran_when_the_worker_was_lost_failed() -> None:
    steps = Steps()
    steps.take(RunStarted("r", ("1", "2"), ()))
    steps.take(StepStarted("r", "1"))
    assert steps.take(RunFinished("r", "lost", 0.0)) == {"1", "2"}
    assert steps["1"].state == "failed" and "worker ended" in steps["1"].message
    assert steps["2"].state == ""


def test_a_failure_is_forgotten_when_the_node_runs_again() -> None:
    steps = Steps()
    steps.take(StepFailed("r", "1", "failed", "x: must be y, got z", "try y"))
    assert steps["1"].remedy == "try y"
    steps.take(StepStarted("s", "1"))
    assert steps["1"].message == ""


def test_the_pictures_of_a_list_are_shown_as_one_sheet() -> None:
    steps = Steps()
    items = tuple(Result("x", "Image", str(number), pixels=RED) for number in range(3))
    steps.take(StepFinished("r", "1", "ran", 1.0, (Result("x", "list[Image]", "d", "3 items", items=items),)))
    picture = steps["1"].picture
    assert (picture.width, picture.height) == (6, 6)
    corners = [picture.rgba[4 * (6 * y + x) :][:4] for x, y in ((0, 0), (5, 0), (0, 5), (5, 5))]
    assert corners == [RED.rgba, RED.rgba, RED.rgba, bytes(4)]
    assert steps["1"].picture is picture


def test_a_large_sheet_leaves_out_pixels() -> None:
    wide = Pixels(2000, 3, RED.rgba * 6000)
    shown = sheet([wide, BLUE, wide, wide, wide])
    assert (shown.width, shown.height, len(shown.rgba)) == (2009, 6, 2009 * 6 * 4)


def test_a_step_that_counts_items_is_as_far_as_its_items_are() -> None:
    steps = Steps()
    steps.take(StepStarted("r", "1"))
    steps.take(StepProgress("r", "1", 3, 10, "item 4, 1 of 2", 0.5))
    assert steps["1"].share == 0.35
