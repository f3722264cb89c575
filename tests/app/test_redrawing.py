"""Picked tokens as masks, and as nodes that make them new."""

from itertools import count

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from app.redrawing import DECODE, ERASE, GENERATE, MASK, PREVIEW, REWRITE, Picked, boxes, freed, painted, with_mask, with_redrawing
from app.token_results import TokenResult
from graph_engine import Catalogue, discover, problems_of
from graph_engine.graph import Graph, Link, Node
from graph_engine.workflow import Workflow, read, write
from nodes.decoding.partial import touched
from nodes.painting.mask_document import painted_mask

LINKS = (
    "tokenizer tokenizer load tokenizer",
    "load generator make generator",
    "class conditioning make positive",
    "make latent show latent",
    "tokenizer tokenizer show tokenizer",
)
TYPES = {
    "tokenizer": "tokenizer/load_tokenizer", "load": "generator/load_generator", "class": "prompt/class_label", "make": GENERATE,
    "show": DECODE,
}  # fmt: skip


@pytest.fixture(scope="module")
def types() -> Catalogue:
    return discover("nodes.library")


def _workflow() -> Workflow:
    nodes = {name: Node(kind) for name, kind in TYPES.items()}
    nodes["make"] = Node(GENERATE, parameters={"seed": {"value": 7, "policy": "fixed"}, "count": 2})
    return Workflow(Graph(nodes, [Link(*link.split()) for link in LINKS]), layout=dict.fromkeys(nodes, (0.0, 0.0)))


def _picked(grids: tuple[tuple[int, int], ...] = ((4, 4),), cells: tuple[int, ...] = (5, 6)) -> Picked:
    return Picked(TokenResult("make", "latent", grids, 1, ()), len(grids) - 1, frozenset(cells), "show")


def _fresh() -> object:
    numbers = count(1)
    return lambda many: [f"new{next(numbers)}" for _ in range(many)]


def _kinds(workflow: Workflow) -> dict[str, str]:
    return {name: node.type for name, node in workflow.graph.nodes.items() if name not in TYPES}


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 24), st.integers(1, 24), st.data())
def test_the_mask_of_picked_cells_touches_those_tokens_and_no_other(rows: int, columns: int, data: st.DataObject) -> None:
    cells = data.draw(st.frozensets(st.integers(0, rows * columns - 1)))
    plane = painted_mask(painted(_picked(((rows, columns),), tuple(cells))), columns * 8, rows * 8)
    found = touched(torch.from_numpy(plane)[None, None], [(rows, columns)])[0]
    assert frozenset(found.nonzero()[:, 0].tolist()) == cells


def test_cells_beside_and_below_one_another_are_one_box() -> None:
    assert boxes({0, 1, 4, 5, 15}, (4, 4)) == [(0, 0, 5000, 5000), (7500, 7500, 10000, 10000)]


def test_picked_tokens_become_a_mask_over_the_picture(types: Catalogue) -> None:
    made = with_mask(_workflow(), types, _picked(), _fresh())
    assert _kinds(made.workflow) == {"new1": MASK} and made.target == "new1"
    assert made.workflow.graph.nodes["new1"].parameters["painted"] == {"shapes": [{"tool": "rectangle", "box": [2500, 2500, 7500, 5000]}]}
    assert [(link.source, link.input) for link in made.workflow.graph.into("new1")] == [("show", "image")]


def test_picked_tokens_are_redrawn_by_a_generate_of_the_same_settings_and_the_next_seed(types: Catalogue) -> None:
    made = with_redrawing(_workflow(), types, _picked(), _fresh()).workflow
    assert list(_kinds(made).values()) == [MASK, ERASE, GENERATE, DECODE, PREVIEW]
    settings_of = made.graph.nodes["new3"].parameters
    assert settings_of == {"seed": {"value": 8, "policy": "fixed"}, "count": 2}
    into = {link.input: link.source for link in made.graph.into("new3")}
    assert into == {"generator": "load", "positive": "class", "tokens": "new2"}
    assert not [problem for problem in problems_of(made, types) if problem.node.startswith("new")]
    assert write(read(write(made))) == write(made)


def test_other_cells_of_the_same_tokens_go_into_the_mask_that_is_there(types: Catalogue) -> None:
    first = with_redrawing(_workflow(), types, _picked(), _fresh())
    second = with_redrawing(first.workflow, types, _picked(cells=(0,)), _fresh())
    assert second.workflow.graph.nodes.keys() == first.workflow.graph.nodes.keys() and second.target == first.target
    assert second.workflow.graph.nodes["new1"].parameters["painted"]["shapes"][0]["box"] == [0, 0, 2500, 2500]


def test_what_was_redrawn_can_be_picked_and_redrawn_again(types: Catalogue) -> None:
    first = with_redrawing(_workflow(), types, _picked(), _fresh())
    again = Picked(TokenResult("new3", "latent", ((4, 4),), 1, ()), 0, frozenset({1}), "new5")
    numbers = count(50)
    made = with_redrawing(first.workflow, types, again, lambda many: [f"new{next(numbers)}" for _ in range(many)]).workflow
    assert [link.source for link in made.graph.into("new51") if link.input == "tokens"] == ["new3"]
    assert made.graph.nodes["new52"].parameters["seed"]["value"] == 9


def test_tokens_in_a_line_are_freed_by_their_numbers(types: Catalogue) -> None:
    picked = _picked(((1, 8),), (2, 5))
    assert freed(picked) == "0, 2 = ?\n0, 5 = ?"
    made = with_redrawing(_workflow(), types, picked, _fresh()).workflow
    assert list(_kinds(made).values()) == [REWRITE, GENERATE, DECODE, PREVIEW]
