"""What lies on the canvas beside nodes and links: kept in the file, unknown to runs."""

import json

from graph_engine import Definition, Graph, Link, Node, Workflow, read, write
from graph_engine.board import Board, Frame, Note

LINK = Link("1", "out", "2", "in")
GRAPH = Graph({"1": Node("a/b"), "2": Node("a/c")}, [LINK])
BOARD = Board(
    {"7": Frame((0.0, 1.0), (100.0, 50.0), "Base", "#ff0000")}, {"8": Note((5.0, 5.0), (80.0, 40.0), "# Hello\n*you*")},
    {"9": (20.0, 30.0)}, {LINK: ("9",)}, {"1": "title"}, {"2": "#00ff00"}, {"1": (0.0, 0.0, 0.5)},
)  # fmt: skip


def test_a_board_is_saved_and_read_back() -> None:
    workflow = Workflow(GRAPH, board=BOARD)
    assert read(write(workflow)) == workflow
    inside = Workflow(definitions={"d": Definition(GRAPH, board=BOARD)})
    assert read(write(inside)) == inside


def test_an_empty_board_is_not_in_the_file() -> None:
    assert "board" not in json.loads(write(Workflow(GRAPH)))


def test_a_note_of_a_newer_program_keeps_what_is_not_known() -> None:
    raw = json.loads(write(Workflow(GRAPH, board=BOARD)))
    raw["board"]["notes"]["8"]["shape"] = "star"
    raw["board"]["stickers"] = [1]
    again = json.loads(write(read(json.dumps(raw).encode())))
    assert again["board"] == raw["board"]


def test_what_speaks_of_links_and_nodes_that_are_gone_goes() -> None:
    left = BOARD.fitting(GRAPH.without({"2"}))
    assert not left.routes and not left.dots and not left.colors
    assert left.folds == {"1": "title"} and left.frames == BOARD.frames


def test_wires_go_on_without_a_dot_that_is_taken_away() -> None:
    left = BOARD.without({"9", "8"})
    assert not left.routes and not left.notes and left.frames == BOARD.frames


def test_a_line_of_the_board_is_a_line_of_the_file() -> None:
    moved = BOARD.moved({"7": (9.0, 9.0)})
    before, after = (write(Workflow(GRAPH, board=board)).splitlines() for board in (BOARD, moved))
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1
