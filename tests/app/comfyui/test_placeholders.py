"""What has no counterpart keeps everything: its data, its links, its place."""

import json
import math

from app.comfyui.building import original
from graph_engine.workflow import read, write
from tests.app.comfyui.hand_made import Canvas, api_text_to_image, text_to_image


def with_lora() -> Canvas:
    canvas = text_to_image()
    canvas.add("LoraLoader", ("style.safetensors", 0.8, 1.0), "MODEL CLIP", at=(200, 0), model=("MODEL", 1, 0), clip=("CLIP", 1, 1))
    for link in canvas.links:
        if link[1] == 1 and link[3] != 8 and link[5] in ("MODEL", "CLIP"):
            link[1] = 8
    return canvas


def test_a_lora_stands_in_the_way_of_model_and_words_as_it_did(made):
    found = made(with_lora().file())
    assert found.outcomes()["LoraLoader 8"] == "unmapped"
    lora = found.of("comfyui/LoraLoader")
    assert lora.parameters == {"lora_name": "style.safetensors", "strength_model": 0.8, "strength_clip": 1.0}
    assert found.links() >= {
        ("generator/load_generator", "generator", "comfyui/LoraLoader", "model"),
        ("generator/load_generator", "text_encoder", "comfyui/LoraLoader", "clip"),
        ("comfyui/LoraLoader", "MODEL", "sampling/generate", "generator"),
        ("comfyui/LoraLoader", "CLIP", "prompt/encode_prompt", "text_encoder"),
    }


def test_a_placeholder_is_a_problem_with_a_remedy(made):
    (problem,) = made(with_lora().file()).problems()
    assert "comfyui/LoraLoader" in problem.message and problem.remedy


def test_a_placeholder_gives_back_what_it_was_after_saving_and_reading(made):
    canvas = with_lora()
    canvas.change(8, color="#223", flags={"pinned": True}, title="Style", odd={"deep": [1, 2.0, None, True, "ü"]})
    found = made(canvas.file())
    again = read(write(found.workflow))
    (node,) = (node for node in again.graph.nodes.values() if node.type == "comfyui/LoraLoader")
    assert json.dumps(original(node)) == json.dumps(canvas.nodes[7]) and node.title == "Style"


def test_numbers_that_no_json_should_hold_come_back_too(made):
    raw = {"1": {"class_type": "Odd", "inputs": {"x": math.nan, "y": [math.inf, -math.inf]}, "is_changed": [math.nan]}}
    (node,) = read(write(made(raw).workflow)).graph.nodes.values()
    assert json.dumps(original(node)) == json.dumps(raw["1"])


def test_values_of_an_unknown_class_get_the_names_that_the_node_tells(made):
    canvas = Canvas()
    canvas.add("Odd", (5, "randomize", "x"), widgets="number words", number="INT", words="STRING")
    assert made(canvas.file()).of("comfyui/Odd").parameters == {"number": 5, "words": "x"}


def test_values_that_nobody_can_name_stay_in_the_original(made):
    canvas = Canvas()
    canvas.add("Odd", (5, 6, 7), widgets="number", number="INT")
    node = made(canvas.file()).of("comfyui/Odd")
    assert node.parameters == {} and original(node)["widgets_values"] == [5, 6, 7]


def test_outputs_of_one_name_are_told_apart(made):
    canvas = Canvas()
    canvas.add("Odd", (), "IMAGE IMAGE")
    canvas.add("PreviewImage", (), images=("IMAGE", 1, 1))
    assert made(canvas.file()).links() == {("comfyui/Odd", "IMAGE_2", "output/preview", "image")}


def test_an_output_without_a_counterpart_comes_from_a_placeholder_beside(made):
    canvas = Canvas()
    canvas.add("LoadImage", ("cat.png", "image"), "IMAGE MASK STRING")
    canvas.add("PreviewImage", (), images=("IMAGE", 1, 0))
    canvas.add("ShowText", (), "", text=("STRING", 1, 2))
    found = made(canvas.file())
    assert found.outcomes()["LoadImage 1"] == "approximated"
    assert found.links() == {
        ("image/load_image", "image", "output/preview", "image"),
        ("comfyui/LoadImage", "STRING", "comfyui/ShowText", "text"),
    }


def test_a_part_of_the_way_waits_and_the_whole_way_does_not(made):
    raw = api_text_to_image()
    values = raw["3"]["inputs"]
    raw["3"] = {
        "class_type": "KSamplerAdvanced",
        "inputs": {**values, "noise_seed": values.pop("seed"), "start_at_step": 0, "end_at_step": 10000},
    }
    assert made(raw).of("sampling/generate").parameters["seed"]["value"] == 42
    raw["3"]["inputs"]["start_at_step"] = 4
    found = made(raw)
    assert found.of("comfyui/KSamplerAdvanced").parameters["start_at_step"] == 4
    assert found.outcomes()["EmptyLatentImage 2"] == "unmapped"  # nobody took its size over
