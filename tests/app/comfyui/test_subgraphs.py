"""Sub-graphs and group nodes, whatever way their instances hold values."""

import pytest

from graph_engine.check import errors
from graph_engine.definition import INSTANCE
from graph_engine.errors import BadWorkflow
from graph_engine.workflow import read, with_values, write
from tests.app.comfyui.hand_made import Canvas, text_to_image

UUID = "11111111-2222-3333-4444-555555555555"
OTHER = "99999999-2222-3333-4444-555555555555"


def link(identity, origin, slot, target, into, kind):
    return {"id": identity, "origin_id": origin, "origin_slot": slot, "target_id": target, "target_slot": into, "type": kind}


def encoder(identity=UUID, inner="CLIPTextEncode", **fields):
    """A sub-graph around a text encoder: clip and words in, conditioning out."""
    node = {
        "id": 1, "type": inner, "pos": [500, 500], "mode": 0, "widgets_values": ["words of the definition"],
        "inputs": [{"name": "clip", "type": "CLIP", "link": 1}, {"name": "text", "type": "STRING", "link": 2, "widget": {"name": "text"}}],
        "outputs": [{"name": "CONDITIONING", "type": "CONDITIONING", "links": [3]}],
    }  # fmt: skip
    return {
        "id": identity, "name": "Words", "inputNode": {"id": -10}, "outputNode": {"id": -20}, "nodes": [node],
        "inputs": [
            {"id": "a", "name": "clip", "type": "CLIP", "linkIds": [1]}, {"id": "b", "name": "text", "type": "STRING", "linkIds": [2]},
        ],
        "outputs": [{"id": "c", "name": "CONDITIONING", "type": "CONDITIONING", "linkIds": [3]}],
        "links": [link(1, -10, 0, 1, 0, "CLIP"), link(2, -10, 1, 1, 1, "STRING"), link(3, 1, 0, -20, 0, "CONDITIONING")],
        **fields,
    }  # fmt: skip


def with_instance(values=(), **fields) -> Canvas:
    """The first graph with its positive prompt as an instance, node 4."""
    canvas = text_to_image()
    slots = canvas.nodes[3]["inputs"]
    canvas.change(
        4,
        type=UUID,
        widgets_values=list(values),
        inputs=[*slots, {"name": "text", "type": "STRING", "link": None, "widget": {"name": "text"}}],
    )
    canvas.change(4, **fields)
    return canvas


def texts(found):
    """The words of all prompts, groups laid out."""
    return {node.parameters["text"] for node in found.flat().nodes.values() if node.type == "prompt/prompt"}


NEGATIVE = "text, watermark"


@pytest.mark.parametrize(
    ("values", "fields", "expected"),
    [
        ((), {}, "words of the definition"),
        (("a dog",), {}, "a dog"),
        (("a dog",), {"properties": {"proxyWidgets": [["1", "text"]]}}, "a dog"),
        (("a dog",), {"properties": {"proxyWidgets": [["-1", "text"]]}}, "a dog"),
        (("a dog",), {"properties": {"proxyWidgets": '[["1", "text"]]'}}, "a dog"),
    ],
)
def test_an_instance_becomes_its_nodes_with_its_own_values(made, values, fields, expected):
    found = made(with_instance(values, **fields).file(definitions={"subgraphs": [encoder()]}))
    assert found.problems() == [] and set(found.outcomes().values()) == {"mapped"} and texts(found) == {expected, NEGATIVE}
    assert "CLIPTextEncode 4:1" in found.outcomes()


def test_words_that_come_into_an_instance_count_more_than_its_own(made):
    canvas = with_instance(("a dog",))
    canvas.add("PrimitiveString", ("a bird",), "STRING")
    canvas.nodes[3]["inputs"][1]["link"] = 90
    canvas.links.append([90, 8, 0, 4, 1, "STRING"])
    found = made(canvas.file(definitions={"subgraphs": [encoder()]}))
    assert found.problems() == [] and texts(found) == {NEGATIVE}
    (driving,) = (link.source for node in found.flat().nodes for link in found.flat().into(node) if link.input == "prompt" and "/" in node)
    assert found.flat().nodes[driving].parameters == {"text": "a bird"}


def test_definitions_within_definitions_are_written_out(made):
    outer = encoder(inner=OTHER)
    outer["nodes"][0]["widgets_values"] = ["outer words"]
    found = made(with_instance(("a fox",)).file(definitions={"subgraphs": [{**outer, "definitions": {"subgraphs": [encoder(OTHER)]}}]}))
    assert found.problems() == [] and "CLIPTextEncode 4:1:1" in found.outcomes() and texts(found) == {"a fox", NEGATIVE}


def test_two_instances_have_values_of_their_own(made):
    canvas = with_instance(("one",))
    slots = [{**slot} for slot in canvas.nodes[3]["inputs"]]
    slots[0]["link"] = canvas.nodes[4]["inputs"][0]["link"]
    canvas.change(5, type=UUID, widgets_values=["two"], inputs=slots)
    found = made(canvas.file(definitions={"subgraphs": [encoder()]}))
    assert found.problems() == [] and texts(found) == {"one", "two"}
    (definition,) = found.workflow.definitions.values()
    assert definition.name == "Words" and list(definition.parameters) == ["text"]
    assert len([node for node in found.workflow.graph.nodes.values() if node.type.startswith(INSTANCE)]) == 2


def test_what_a_group_exposes_is_set_from_outside(made):
    found = made(with_instance(("a dog",)).file(definitions={"subgraphs": [encoder()]}))
    changed = with_values(found.workflow, {"prompt": "a hen"})
    assert texts(found._replace(workflow=changed)) == {"a hen", NEGATIVE}


def test_a_group_does_what_its_nodes_did(made):
    """The flat graph has the nodes and links that the same file has with its sub-graph written out by hand."""
    canvas = text_to_image()
    canvas.change(4, widgets_values=["a dog"])
    by_hand, group = made(canvas.file()), made(with_instance(("a dog",)).file(definitions={"subgraphs": [encoder()]}))

    def shape(found):
        nodes, links = found.flat().nodes, found.flat().links
        return (
            sorted((node.type, repr(node.parameters)) for node in nodes.values()),
            sorted((nodes[link.source].type, link.output, nodes[link.target].type, link.input) for link in links),
        )

    assert shape(by_hand) == shape(group)


def test_what_a_group_around_a_placeholder_gives_has_its_type(made):
    """ComfyUI says that words come out, so a group that takes words may be fed by it."""
    canvas = with_instance(("a dog",))
    slots = [{"name": "text", "type": "STRING", "link": None, "widget": {"name": "text"}}]
    outputs = [{"name": "words", "type": "STRING", "links": [90, 91]}]
    canvas.add("Odd", (), "IMAGE")
    canvas.change(8, type=OTHER, inputs=slots, outputs=outputs)
    canvas.nodes[3]["inputs"][1]["link"] = 90
    canvas.links.append([90, 8, 0, 4, 1, "STRING"])
    inner = {"id": 1, "type": "Odd", "inputs": [], "outputs": outputs}
    other = {"id": OTHER, "name": "Odd words", "nodes": [inner], "inputs": [], "links": [link(1, 1, 0, -20, 0, "STRING")]}
    found = made(canvas.file(definitions={"subgraphs": [encoder(), other]}))
    assert [problem.message for problem in errors(found.problems())] == ["node type 'comfyui/Odd' is not installed"]
    (given,) = (definition.outputs for definition in found.workflow.definitions.values() if definition.name == "Odd words")
    assert [end.type for end in given.values()] == ["Text"]


def test_a_report_leads_to_the_group_that_holds_a_node(made):
    found = made(with_instance().file(definitions={"subgraphs": [encoder()]}))
    (instance,) = (key for key, node in found.workflow.graph.nodes.items() if node.type.startswith(INSTANCE))
    held = {item.type: item.nodes for item in found.report.items}
    assert held[UUID] == (instance,) and [item.nodes for item in found.report.items if item.id == "4:1"] == [(instance,)]


def test_a_workflow_with_groups_is_read_back_as_it_was_written(made):
    written = write(made(with_instance(("a dog",)).file(definitions={"subgraphs": [encoder()]})).workflow)
    assert write(read(written)) == written


def test_a_definition_that_holds_itself_is_refused(made):
    with pytest.raises(BadWorkflow, match="must not hold itself"):
        made(with_instance().file(definitions={"subgraphs": [encoder(inner=UUID)]}))


def test_definitions_that_multiply_are_refused(made):
    def tens(identity, inner):
        nodes = [{"id": number, "type": inner, "inputs": [], "outputs": []} for number in range(10)]
        return {"id": identity, "name": identity, "nodes": nodes, "links": [], "inputs": [], "outputs": []}

    levels = [UUID, *(f"level {number}" for number in range(8))]
    definitions = [tens(name, inner) for name, inner in zip(levels, [*levels[1:], "Odd"], strict=True)]
    with pytest.raises(BadWorkflow, match="must have at most 20,000 nodes"):
        made(with_instance().file(definitions={"subgraphs": definitions}))


def test_empty_definitions_that_multiply_are_refused_too(made):
    levels = [UUID, *(f"level {number}" for number in range(12))]
    nodes = [[{"id": number, "type": inner} for number in range(10)] for inner in levels[1:]] + [[]]
    definitions = [{"id": name, "name": name, "nodes": held, "links": []} for name, held in zip(levels, nodes, strict=True)]
    with pytest.raises(BadWorkflow, match="must have at most 20,000 nodes"):
        made(with_instance().file(definitions={"subgraphs": definitions}))


def test_an_unknown_definition_is_a_placeholder(made):
    found = made(with_instance(("a dog",)).file())
    assert found.outcomes()[f"{UUID} 4"] == "unmapped"


def test_a_bypassed_instance_is_passed_by(made):
    canvas = with_instance(mode=4)
    found = made(canvas.file(definitions={"subgraphs": [encoder()]}))
    assert [problem.where for problem in errors(found.problems())] == ["positive"]


@pytest.mark.parametrize("prefix", ["workflow>", "workflow/"])
def test_a_group_node_becomes_its_nodes(made, prefix):
    canvas = text_to_image()
    inner = [{**canvas.nodes[number - 1], "index": place} for place, number in enumerate((4, 5, 3))]
    group = {"nodes": inner, "links": [[0, 0, 2, 1, 4, "CONDITIONING"], [1, 0, 2, 2, 5, "CONDITIONING"]], "external": [[2, 0, "LATENT"]]}
    grouped = Canvas()
    grouped.add("CheckpointLoaderSimple", ("model.safetensors",), "MODEL CLIP VAE")
    grouped.add("EmptyLatentImage", (64, 48, 2), "LATENT")
    values = ("a hat", "ugly", 7, "fixed", 5, 3.0, "heun", "normal", 1)
    clip = ("CLIP", 1, 1)
    inputs = {"clip": clip, "CLIPTextEncode clip": clip, "model": ("MODEL", 1, 0), "latent_image": ("LATENT", 2, 0)}
    grouped.add(f"{prefix}Make", values, "LATENT", **inputs)
    grouped.add("VAEDecode", (), "IMAGE", samples=("LATENT", 3, 0), vae=("VAE", 1, 2))
    grouped.add("PreviewImage", (), images=("IMAGE", 4, 0))
    found = made(grouped.file(extra={"groupNodes": {"Make": group}}))
    assert found.problems() == [] and set(found.outcomes().values()) == {"mapped"} and texts(found) == {"a hat", "ugly"}
    (strategy,) = (node for node in found.flat().nodes.values() if node.type == "sampling/sampler")
    assert strategy.parameters == {"steps": 5, "solver": "heun"}
