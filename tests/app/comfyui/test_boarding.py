"""Notes, groups, reroutes and points of wires lie on the board where they lay."""

from __future__ import annotations

from graph_engine import read, write
from tests.app.comfyui.hand_made import text_to_image
from tests.app.comfyui.test_resolving import SAMPLES, relinked


def dots_of(found):
    """The dots that links go through, by the types of their nodes, as places."""
    board, nodes = found.workflow.board, found.workflow.graph.nodes
    return {(nodes[link.source].type, nodes[link.target].type): [board.dots[dot] for dot in dots] for link, dots in board.routes.items()}


def test_a_note_lies_as_far_from_its_neighbor_as_before(made):
    canvas = text_to_image()
    canvas.add("MarkdownNote", ("# Try *other* seeds",), at=(850, 40))
    found = made(canvas.file())
    (note,) = found.workflow.board.notes.values()
    (sampler,) = (key for key, node in found.workflow.graph.nodes.items() if node.type == "sampling/generate")
    assert note.text == "# Try *other* seeds" and note.size == (315, 120)
    assert note.at[1] < found.workflow.layout[sampler][1]
    assert found.workflow.description == "" and found.sentence("8") == "became a note"


def test_a_group_becomes_a_frame_around_the_nodes_that_it_held(made):
    canvas = text_to_image()
    group = {"title": "Words", "bounding": [380, 140, 360, 400], "color": "#3f789e"}
    found = made(canvas.file(groups=[group]))
    (frame,) = found.workflow.board.frames.values()
    assert (frame.title, frame.color) == ("Words", "#3f789e")
    inside = {
        found.workflow.graph.nodes[key].type
        for key, place in found.workflow.layout.items()
        if all(at <= part < at + size for at, size, part in zip(frame.at, frame.size, place, strict=True))
    }
    assert inside == {"prompt/prompt", "prompt/encode_prompt"}


def test_reroute_nodes_become_dots_in_their_order(made):
    canvas = text_to_image()
    canvas.add("Reroute", (), "LATENT", at=(1100, 100), wire=("LATENT", 3, 0))
    canvas.add("Reroute", (), "LATENT", at=(1150, 100), wire=("LATENT", 8, 0))
    relinked(canvas, SAMPLES, 9)
    ((first, second),) = dots_of(made(canvas.file())).values()
    assert first[0] < second[0]


def test_points_of_wires_become_dots_in_both_forms(made):
    canvas = text_to_image()
    points = [{"id": 1, "pos": [1000, 90], "linkIds": [SAMPLES]}, {"id": 2, "parentId": 1, "pos": [1050, 90], "linkIds": [SAMPLES]}]
    older = canvas.file(extra={"reroutes": points, "linkExtensions": [{"id": SAMPLES, "parentId": 2}]})
    newer = canvas.newer_file(reroutes=points)
    newer["links"][SAMPLES - 1]["parentId"] = 2
    for found in map(made, (older, newer)):
        ((first, second),) = dots_of(found).values()
        assert list(dots_of(found)) == [("sampling/generate", "tokenizer/decode")] and first[0] < second[0]


def test_an_imported_board_is_saved_and_read_again(made):
    canvas = text_to_image()
    canvas.add("Note", ("Words.",))
    workflow = made(canvas.file(groups=[{"title": "All", "bounding": [-100, -100, 3000, 3000]}])).workflow
    assert read(write(workflow)).board == workflow.board


def test_frames_and_points_that_make_no_sense_are_left_out(made):
    groups = [{"title": 5, "bounding": [0, 0, 0, 0]}, {"bounding": "wide"}, "group", {"bounding": [0, 0, 1e9, 5]}]
    circle = [{"id": 1, "parentId": 2, "pos": [0, 0]}, {"id": 2, "parentId": 1, "pos": [9, 9]}, {"id": 3}]
    extra = {"reroutes": circle, "linkExtensions": [{"id": SAMPLES, "parentId": 2}, {"id": 1, "parentId": 3}, 7]}
    board = made(text_to_image().file(groups=groups, extra=extra)).workflow.board
    assert not board.frames and len(board.dots) == 2
