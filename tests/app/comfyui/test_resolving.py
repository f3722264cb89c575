"""Nodes that only pass something on, and nodes that are turned off."""

import pytest

from graph_engine.check import errors
from graph_engine.flatten import flattened
from graph_engine.graph import BYPASSED, MUTED
from tests.app.comfyui.hand_made import Canvas, text_to_image


def relinked(canvas: Canvas, link: int, node: int, slot: int = 0) -> None:
    """Let a link begin at another node."""
    canvas.links[link - 1][1:3] = [node, slot]


SAMPLES = 7
"""The link from the sampler to the decoder."""


def test_reroutes_become_direct_links(made):
    canvas = text_to_image()
    canvas.add("Reroute", (), "LATENT", wire=("LATENT", 3, 0))
    canvas.add("Reroute", (), "LATENT", wire=("LATENT", 8, 0))
    relinked(canvas, SAMPLES, 9)
    found = made(canvas.file())
    assert ("sampling/generate", "latent", "tokenizer/decode", "latent") in found.links() and found.problems() == []
    assert found.sentence("9") == "became a dot"


def test_reroutes_in_a_circle_lead_to_nothing(made):
    canvas = text_to_image()
    canvas.add("Reroute", (), "LATENT", wire=("LATENT", 9, 0))
    canvas.add("Reroute", (), "LATENT", wire=("LATENT", 8, 0))
    relinked(canvas, SAMPLES, 9)
    assert [problem.message for problem in made(canvas.file()).problems()] == ["input latent is not connected"]


def test_a_chain_of_thousands_of_reroutes_is_followed(made):
    canvas = text_to_image()
    canvas.add("Reroute", (), "LATENT", wire=("LATENT", 3, 0))
    for last in range(8, 3008):
        canvas.add("Reroute", (), "LATENT", wire=("LATENT", last, 0))
    relinked(canvas, SAMPLES, 3008)
    assert ("sampling/generate", "latent", "tokenizer/decode", "latent") in made(canvas.file()).links()


def test_what_is_set_under_a_name_is_got_by_it(made):
    canvas = text_to_image()
    canvas.add("SetNode", ("picture",), "LATENT", LATENT=("LATENT", 3, 0))
    canvas.add("GetNode", ("picture",), "LATENT")
    relinked(canvas, SAMPLES, 9)
    assert ("sampling/generate", "latent", "tokenizer/decode", "latent") in made(canvas.file()).links()


def test_a_bypassed_node_hands_on_what_has_its_type(made):
    canvas = text_to_image()
    canvas.add("LoraLoader", ("a.safetensors", 1, 1), "MODEL CLIP", model=("MODEL", 1, 0), clip=("CLIP", 1, 1))
    relinked(canvas, 1, 8)
    relinked(canvas, 5, 8, 1)
    canvas.change(8, mode=4)
    found = made(canvas.file())
    assert errors(found.problems()) == []
    assert ("generator/load_generator", "text_encoder", "prompt/encode_prompt", "text_encoder") in found.links()
    assert found.of("comfyui/LoraLoader").state == BYPASSED and "links go past it" in found.sentence("8")


def test_links_of_a_muted_node_vanish_where_they_are_not_needed(made):
    canvas = text_to_image()
    canvas.change(5, mode=2)
    found = made(canvas.file())
    assert not any(link[3] == "negative" for link in found.links()) and found.problems() == []
    assert [node.state for node in found.workflow.graph.nodes.values() if node.state] == [MUTED, MUTED] and "muted" in found.sentence("5")


def test_what_needs_a_muted_node_does_not_run_either(made):
    canvas = text_to_image()
    canvas.add("PreviewImage", (), images=("IMAGE", 6, 0))
    canvas.change(3, mode=2)
    found = made(canvas.file())
    assert {node.state for node in found.workflow.graph.nodes.values() if node.type.startswith("sampling")} == {MUTED}
    assert ("sampling/generate", "latent", "tokenizer/decode", "latent") in found.links()
    running = {node.type for node in flattened(found.workflow, found.types).graph.nodes.values()}
    assert not running & {"sampling/generate", "tokenizer/decode", "output/preview", "output/save_image"}


def test_a_bypassed_save_does_not_save(made):
    canvas = text_to_image()
    canvas.change(7, mode=4)
    found = made(canvas.file())
    assert found.of("output/save_image").state == BYPASSED and found.problems() == []


def test_a_primitive_of_one_widget_is_its_value(made):
    canvas = text_to_image()
    canvas.add("PrimitiveNode", (9, "increment"), "INT")
    canvas.nodes[2]["inputs"].append({"name": "seed", "type": "INT", "link": 90, "widget": {"name": "seed"}})
    canvas.links.append([90, 8, 0, 3, 4, "INT"])
    assert made(canvas.file()).of("sampling/generate").parameters["seed"] == {"value": 9, "policy": "increment"}


@pytest.mark.parametrize(
    ("kind", "value", "widget", "ends"),
    [
        ("INT", 96, "width", ("source/integer", "integer", "sampling/generate", "width")),
        ("INT", [96, "randomize"], "width", ("source/seed", "integer", "sampling/generate", "width")),
    ],
)
def test_a_primitive_of_two_widgets_becomes_a_node_with_its_value(made, kind, value, widget, ends):
    canvas = text_to_image()
    canvas.add("PrimitiveNode", tuple(value) if isinstance(value, list) else (value,), kind)
    for index, name in enumerate(("width", "height")):
        canvas.nodes[1]["inputs"].append({"name": name, "type": kind, "link": 90 + index, "widget": {"name": name}})
        canvas.links.append([90 + index, 8, 0, 2, index, kind])
    found = made(canvas.file())
    assert {ends, (*ends[:3], "height")} <= found.links() and found.problems() == []


def test_words_over_a_link_drive_the_encoder(made):
    canvas = text_to_image()
    canvas.add("PrimitiveString", ("a red car",), "STRING")
    canvas.nodes[3]["inputs"].append({"name": "text", "type": "STRING", "link": 90, "widget": {"name": "text"}})
    canvas.links.append([90, 8, 0, 4, 1, "STRING"])
    found = made(canvas.file())
    assert ("source/text", "text", "prompt/encode_prompt", "prompt") in found.links()
    assert found.workflow.graph.nodes[found.workflow.exposed["prompt"].node].parameters == {"text": "a red car"}


def test_notes_without_a_place_are_read_in_the_description_and_all_are_kept(made):
    canvas = text_to_image()
    canvas.add("Note", ("Use a short prompt.",))
    canvas.add("MarkdownNote", ("# Models",))
    canvas.change(9, pos=None)
    found = made(canvas.file(groups=[{"title": "Words", "bounding": [0, 0, 10, 10]}])).workflow
    assert found.description == "# Models" and [note.text for note in found.board.notes.values()] == ["Use a short prompt."]
    assert found.unknown["comfyui"]["groups"][0]["title"] == "Words" and len(found.unknown["comfyui"]["notes"]) == 2


def test_a_link_from_nowhere_is_no_link(made):
    canvas = text_to_image()
    relinked(canvas, SAMPLES, 77)
    assert [problem.where for problem in made(canvas.file()).problems()] == ["latent"]
