"""How far a run is and how long it will still take, with a clock of the test's own."""

from app.pace import Pace
from app.wording import left_text
from graph_engine.events import RunStarted, StepFinished, StepProgress, StepStarted
from graph_engine.plan import Plan, PlannedStep


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def begun(**seconds: float | None) -> tuple[Pace, Clock]:
    """A run of steps that are expected to take so long."""
    clock = Clock()
    pace = Pace(clock)
    pace.expect(Plan((), tuple(PlannedStep(node, "run", "", known) for node, known in seconds.items()), (), 0.0))
    pace.take(RunStarted("r", tuple(seconds), ()))
    return pace, clock


def test_before_the_first_step_the_plan_says_how_long_it_takes() -> None:
    pace, _ = begun(a=2.0, b=8.0)
    assert pace.seconds_left == 10.0 and pace.share == 0.0


def test_the_bar_is_in_proportion_to_seconds() -> None:
    pace, _ = begun(a=2.0, b=8.0)
    pace.take(StepFinished("r", "a", "ran", 2.0))
    pace.take(StepStarted("r", "b"))
    pace.take(StepProgress("r", "b", 1, 4))
    assert pace.share == 0.4


def test_a_step_that_is_slower_than_expected_is_believed_the_more_the_further_it_is() -> None:
    pace, clock = begun(a=10.0)
    pace.take(StepStarted("r", "a"))
    clock.now += 10
    pace.take(StepProgress("r", "a", 1, 10))
    assert 10 < pace.seconds_left < 90
    clock.now += 40
    pace.take(StepProgress("r", "a", 5, 10))
    assert pace.seconds_left == 50.0


def test_time_goes_by_without_an_event() -> None:
    pace, clock = begun(a=10.0)
    pace.take(StepStarted("r", "a"))
    clock.now += 4
    assert pace.seconds_left == 6.0
    clock.now += 60
    assert pace.seconds_left == 0.0


def test_nothing_is_said_where_a_step_of_its_type_never_ran() -> None:
    pace, _ = begun(a=1.0, b=None)
    pace.take(StepStarted("r", "a"))
    assert pace.seconds_left is None and pace.standing(str.upper) == "1 of 2 · A"


def test_cells_of_a_sweep_take_as_long_as_those_before_them() -> None:
    pace, _ = begun(a=None, b=None, c=None)
    pace.take(StepStarted("r", "a"))
    pace.take(StepFinished("r", "a", "ran", 7.0))
    assert pace.seconds_left == 14.0 and pace.standing(str.upper) == "2 of 3 · about 15 s left"


def test_a_step_that_a_choice_called_for_counts_from_when_it_starts() -> None:
    pace, _ = begun(a=4.0)
    pace.take(StepFinished("r", "a", "ran", 4.0))
    pace.take(StepStarted("r", "b"))
    assert pace.share == 0.5


def test_what_is_left_is_said_no_finer_than_anybody_can_know() -> None:
    said = [left_text(seconds) for seconds in (0.5, 7.4, 43, 58, 1000, 5000)]
    assert said == ["a moment left", "about 7 s left", "about 45 s left", "about 1 min left", "about 17 min left", "about 1 h 23 min left"]
