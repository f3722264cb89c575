"""What a run's end means to a shell."""

import pytest

from app.headless import exit_code
from graph_engine import Outcome
from graph_engine.events import StepFailed


@pytest.mark.parametrize(
    ("state", "kinds", "code"),
    [
        ("done", [], 0),
        ("refused", [], 2),
        ("failed", ["missing_model", "failed"], 3),
        ("failed", ["failed"], 4),
        ("failed", ["bug"], 4),
        ("failed", ["failed", "out_of_memory"], 5),
        ("stopped", [], 130),
    ],
)
def test_every_end_has_its_code(state, kinds, code):
    assert exit_code(Outcome(state, 0.0, failures=tuple(StepFailed("r", "1", kind, "") for kind in kinds))) == code
