"""The same graph in every form gives the same workflow."""

from app.comfyui.importing import Imported
from graph_engine.workflow import read, write
from tests.app.comfyui.hand_made import Canvas, api_text_to_image, text_to_image


def plain(made: Imported) -> tuple:
    """What a workflow is apart from places and seed policies, which the API form does not know."""
    nodes = {key: (node.type, {**node.parameters, "seed": 0}) for key, node in made.workflow.graph.nodes.items()}
    return nodes, set(made.workflow.graph.links), made.workflow.exposed


def test_all_forms_of_one_graph_give_one_workflow(made):
    api, older, newer = made(api_text_to_image()), made(text_to_image().file()), made(text_to_image().newer_file())
    assert plain(api) == plain(older) == plain(newer)
    assert [one.report.form for one in (api, older, newer)] == ["API", "UI 0.4", "UI 1"]


def test_text_to_image_comes_over_whole(made):
    found = made(text_to_image().file())
    assert set(found.outcomes().values()) == {"mapped"} and found.problems() == []
    assert found.of("sampling/generate").parameters == {"seed": {"value": 42, "policy": "random"}, "width": 64, "height": 48, "count": 2}
    assert found.of("sampling/sampler").parameters == {"steps": 12, "solver": "euler"}
    assert found.of("guidance/classifier_free_guidance").parameters == {"scale": 7.5}
    assert found.of("generator/load_generator").parameters == {"file": "model.safetensors"}
    assert ("prompt/encode_prompt", "conditioning", "guidance/classifier_free_guidance", "negative") in found.links()


def test_the_values_that_people_set_are_exposed(made):
    found = made(text_to_image().file()).workflow
    told = {name: found.graph.nodes[exposed.node].parameters[exposed.parameter] for name, exposed in found.exposed.items()}
    seed = told.pop("seed")
    assert told == {
        "prompt": "a cat in a meadow", "negative_prompt": "text, watermark", "steps": 12, "guidance": 7.5,
        "width": 64, "height": 48, "count": 2,
    }  # fmt: skip
    assert seed["value"] == 42


def test_an_imported_workflow_is_read_back_as_it_was_written(made):
    written = write(made(text_to_image().file()).workflow)
    assert write(read(written)) == written


def test_titles_that_somebody_gave_stay_and_those_of_the_class_do_not(made):
    found = made(api_text_to_image()).workflow.graph.nodes.values()
    assert [node.title for node in found if node.title] == ["Words"]


def test_no_node_lies_on_another_and_left_stays_left(made):
    layout = made(text_to_image().file()).workflow.layout
    places = sorted(layout.values())
    for index, (x, y) in enumerate(places):
        assert all(abs(x - other[0]) >= 208 or abs(y - other[1]) >= 60 for other in places[index + 1 :])
    found = made(text_to_image().file())
    at = {node.type: found.workflow.layout[key] for key, node in found.workflow.graph.nodes.items()}
    assert at["generator/load_generator"][0] < at["sampling/generate"][0] < at["tokenizer/decode"][0] < at["output/save_image"][0]


def test_the_api_form_is_found_in_the_body_of_a_request_too(made):
    assert plain(made({"prompt": api_text_to_image(), "client_id": "me"})) == plain(made(api_text_to_image()))


def test_what_stands_beside_the_nodes_of_the_api_form_is_kept(made):
    found = made({**api_text_to_image(), "version": 3, "extra": {"a": 1}})
    assert plain(found) == plain(made(api_text_to_image()))
    assert found.workflow.unknown == {"comfyui": {"version": 3, "extra": {"a": 1}}}


def test_names_of_the_api_form_beat_positions(made):
    canvas = text_to_image()
    canvas.change(3, widgets_values=["shifted", 42, "randomize", 12, 7.5, "euler", "normal", 1])
    found = made(canvas.file(), prompt=api_text_to_image())
    assert found.of("sampling/sampler").parameters["steps"] == 12 and found.outcomes()["KSampler 3"] == "mapped"


def test_more_values_than_a_class_has_are_doubted_aloud(made):
    canvas = text_to_image()
    canvas.change(3, widgets_values=[42, "fixed", 12, 7.5, "euler", "normal", 1, "extra"])
    assert "8 values were saved where 6 are known" in made(canvas.file()).sentence("3")


def test_a_seed_saved_without_what_comes_after_it_is_read_too(made):
    canvas = text_to_image()
    canvas.change(3, widgets_values=[42, 12, 7.5, "heun", "normal", 1])
    assert made(canvas.file()).of("sampling/sampler").parameters == {"steps": 12, "solver": "heun"}


def test_values_saved_by_name_are_taken_by_name(made):
    canvas = text_to_image()
    canvas.change(2, widgets_values={"height": 32, "width": 96, "batch_size": 1})
    assert made(canvas.file()).of("sampling/generate").parameters["width"] == 96


def test_places_saved_as_objects_are_places(made):
    canvas = Canvas()
    canvas.add("PreviewImage", (), images="IMAGE")
    canvas.change(1, pos={"0": 100, "1": 200})
    assert made(canvas.file()).workflow.layout == {"1": (100, 200)}
