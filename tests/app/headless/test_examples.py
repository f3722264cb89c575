"""The workflows that ship."""

from pathlib import Path

import pytest

from graph_engine import discover, problems_of, read

FOLDER = Path(__file__).parents[3] / "workflows"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_a_workflow_that_ships_has_no_problems_and_says_what_it_is_for(path):
    workflow = read(path.read_bytes(), path.name)
    assert problems_of(workflow, discover("nodes.library")) == []
    assert workflow.name and workflow.description and workflow.exposed
