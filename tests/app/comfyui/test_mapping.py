"""The table of classes: every entry leads to nodes, inputs and parameters that exist."""

import pytest

from app.comfyui.classes import CLASSES
from app.comfyui.mapping import ENTRIES
from app.comfyui.mapping.entry import Case, Piece
from app.comfyui.mapping.sampling import SOLVERS
from app.comfyui.source import Origin, SourceNode
from graph_engine.parameters import broken_rule
from tests.app.comfyui.hand_made import Canvas, api_text_to_image, text_to_image

VALUES = {
    "seed": 1, "noise_seed": 1, "steps": 20, "cfg": 8, "sampler_name": "euler", "scheduler": "normal", "denoise": 1,
    "width": 512, "height": 512, "batch_size": 1, "text": "a cat", "filename_prefix": "cat", "image": "cat.png",
    "channel": "red", "expand": 6,
    "shift": 3, "end_at_step": 10000, "start_at_step": 0,
    "return_with_leftover_noise": "disable", "add_noise": "enable", "weight_dtype": "default",
}  # fmt: skip
OF_PRIMITIVES = {"PrimitiveInt": 3, "PrimitiveFloat": 0.5, "PrimitiveBoolean": True}
FEEDS = {
    "latent_image": "EmptyLatentImage", "noise": "RandomNoise", "guider": "CFGGuider", "sampler": "KSamplerSelect",
    "sigmas": "BasicScheduler", "model": "ModelSamplingSD3", "negative": "ConditioningZeroOut",
}  # fmt: skip


def sample(kind: str, identity: str = "1") -> SourceNode:
    """A node of a class with every input fed and every value set."""
    known = CLASSES[kind]
    names = [mark.strip("+^") for mark in known.saved]
    values = {name: VALUES.get(name, OF_PRIMITIVES.get(kind, "file")) for name in names}
    links = {name: Origin(FEEDS.get(name, "elsewhere"), 0) for name in known.sockets}
    return SourceNode(identity, kind, {}, values=values, links=links)


def piece_of(kind: str) -> Piece:
    nodes = {name: sample(name, name) for name in FEEDS.values()}
    piece = Piece()
    ENTRIES[kind].make(Case(sample(kind), nodes), piece)
    return piece


@pytest.mark.parametrize("kind", ENTRIES)
def test_an_entry_leads_to_what_exists(types, kind):
    piece = piece_of(kind)
    assert kind in CLASSES and (piece.types or piece.says)
    for name, node_type in piece.types.items():
        known = types[node_type]
        for parameter, value in piece.parameters[name].items():
            assert broken_rule(known.parameter(parameter).kind, value) is None, parameter
    for name, entry, _ in piece.takes:
        assert types[piece.types[name]].accepted(entry) or types[piece.types[name]].input(entry), entry
    for name, output in piece.gives.values():
        assert types[piece.types[name]].output(output), output
    for source, output, target, entry in piece.inside:
        assert types[piece.types[source]].output(output).type in types[piece.types[target]].accepted(entry)


def test_all_solvers_of_flow_models_that_are_here_are_mapped_to_themselves(types):
    options = types["sampling/sampler"].parameter("solver").kind.options
    assert {name: name for name in options if name != "ancestral"} == SOLVERS


@pytest.mark.parametrize(
    ("name", "solver", "words"),
    [
        ("heun", "heun", ""),
        ("dpmpp_2m", "heun", "second order"),
        ("euler_ancestral", "euler", "without fresh noise"),
        ("dpmpp_2m_sde", "euler", "fresh noise"),
    ],
)
def test_a_sampler_becomes_the_nearest_solver_and_the_report_says_so(made, name, solver, words):
    raw = api_text_to_image()
    raw["3"]["inputs"]["sampler_name"] = name
    found = made(raw)
    assert found.of("sampling/sampler").parameters["solver"] == solver
    assert words in found.sentence("3") and found.outcomes()["KSampler 3"] == ("approximated" if words else "mapped")


def image_to_image(denoise):
    canvas = text_to_image()
    canvas.add("LoadImage", ("cat.png [input]", "image"), "IMAGE MASK")
    canvas.add("VAEEncode", (), "LATENT", pixels=("IMAGE", 8, 0), vae=("VAE", 1, 2))
    canvas.links[3][1] = 9
    canvas.change(3, widgets_values=[42, "fixed", 12, 7.5, "euler", "normal", denoise])
    return canvas


def test_image_to_image_begins_with_the_picture_at_the_level_of_its_noise(made):
    found = made(image_to_image(0.6).file())
    assert found.outcomes()["KSampler 3"] == found.outcomes()["VAEEncode 9"] == "mapped"
    assert found.sentence("9") == "its picture goes to Begin with picture"
    assert found.of("control/begin_with_picture").parameters == {"level": 0.6}
    assert {
        ("image/load_image", "image", "control/begin_with_picture", "image"),
        ("tokenizer/load_tokenizer", "tokenizer", "control/begin_with_picture", "tokenizer"),
        ("control/begin_with_picture", "control", "sampling/generate", "controls"),
    } <= found.links()
    assert not [node for node in found.workflow.graph.nodes.values() if node.type == "tokenizer/encode"]
    exposed = ["prompt", "negative_prompt", "guidance", "steps", "seed", "image", "denoise", "count"]
    assert list(found.workflow.exposed) == exposed


def test_image_to_image_on_the_starter_gets_a_picture_of_its_size(made):
    found = made(image_to_image(0.6).file(), starter=True)
    assert found.of("image/fit_image").parameters == {"width": 128, "height": 128}
    assert {
        ("image/load_image", "image", "image/fit_image", "image"),
        ("image/fit_image", "image", "control/begin_with_picture", "image"),
    } <= found.links()
    assert found.workflow.layout.keys() == found.workflow.graph.nodes.keys()


def test_a_latent_that_others_take_too_stays_beside_the_picture(made):
    canvas = image_to_image(0.6)
    canvas.add("VAEDecode", (), "IMAGE", samples=("LATENT", 9, 0), vae=("VAE", 1, 2))
    canvas.add("PreviewImage", (), images=("IMAGE", 10, 0))
    found = made(canvas.file())
    assert found.sentence("9") == "became Encode" and ("tokenizer/encode", "latent", "tokenizer/decode", "latent") in found.links()


def inpainting(encoder, denoise=1.0):
    """LoadImage (8) with its mask, in either of the two usual ways."""
    canvas = image_to_image(denoise)
    if encoder == "VAEEncodeForInpaint":
        canvas.add("VAEEncodeForInpaint", (4,), "LATENT", pixels=("IMAGE", 8, 0), vae=("VAE", 1, 2), mask=("MASK", 8, 1))
    else:
        canvas.add("SetLatentNoiseMask", (), "LATENT", samples=("LATENT", 9, 0), mask=("MASK", 8, 1))
    canvas.links[3][1] = 10
    return canvas


def wrong(found):
    """Problems but those of placeholders; the empty latent of the canvas feeds nothing any more."""
    return [problem for problem in found.problems() if "comfyui/EmptyLatentImage" not in problem.message]


KEPT = {
    ("image/load_image", "image", "control/keep_picture", "image"),
    ("image/load_image", "image", "mask/mask_from_picture", "image"),
    ("tokenizer/load_tokenizer", "tokenizer", "control/keep_picture", "tokenizer"),
    ("control/keep_picture", "control", "sampling/generate", "controls"),
}


def test_inpainting_keeps_the_picture_outside_of_its_grown_mask(made):
    found = made(inpainting("VAEEncodeForInpaint").file())
    assert found.outcomes()["KSampler 3"] == found.outcomes()["LoadImage 8"] == found.outcomes()["VAEEncodeForInpaint 10"] == "mapped"
    assert found.links() >= KEPT | {
        ("mask/mask_from_picture", "mask", "mask/refine_mask", "mask"),
        ("mask/refine_mask", "mask", "control/keep_picture", "mask"),
    }
    assert found.of("mask/refine_mask").parameters["grow"] == 4 and found.of("mask/mask_from_picture").parameters["reads"] == "transparency"
    assert list(found.workflow.exposed)[-2:] == ["image", "count"]
    assert "control/begin_with_picture" not in {node.type for node in found.workflow.graph.nodes.values()} and wrong(found) == []


def test_a_noise_mask_keeps_the_picture_and_begins_with_it(made):
    found = made(inpainting("SetLatentNoiseMask", 0.6).file())
    assert found.links() >= KEPT | {
        ("mask/mask_from_picture", "mask", "control/keep_picture", "mask"),
        ("image/load_image", "image", "control/begin_with_picture", "image"),
        ("control/begin_with_picture", "control", "sampling/generate", "controls"),
    }
    assert found.of("control/begin_with_picture").parameters == {"level": 0.6} and wrong(found) == []
    assert found.sentence("10") == "its mask goes to Keep picture" and {"image", "denoise"} <= found.workflow.exposed.keys()


def test_inpainting_on_the_starter_brings_the_picture_to_its_size_once(made):
    found = made(inpainting("SetLatentNoiseMask", 0.6).file(), starter=True)
    assert found.of("image/fit_image").parameters == {"width": 128, "height": 128}
    into = {target for source, _, target, _ in found.links() if source == "image/fit_image"}
    assert into == {"control/keep_picture", "control/begin_with_picture", "mask/mask_from_picture"}
    assert {target for source, _, target, _ in found.links() if source == "image/load_image"} == {"image/fit_image"}
    assert found.workflow.layout.keys() == found.workflow.graph.nodes.keys()


def test_masks_come_from_channels_and_are_inverted_and_grown(made):
    canvas = Canvas()
    canvas.add("LoadImageMask", ("cat.png", "red", "image"), "MASK")
    canvas.add("InvertMask", (), "MASK", mask=("MASK", 1, 0))
    canvas.add("GrowMask", (5, True), "MASK", mask=("MASK", 2, 0))
    found = made(canvas.file())
    assert set(found.outcomes().values()) == {"mapped"} and found.of("mask/mask_from_picture").parameters["reads"] == "red"
    assert sorted(str(node.parameters) for node in found.workflow.graph.nodes.values() if node.type == "mask/refine_mask") == [
        "{'grow': 5}",
        "{'invert': True}",
    ]


def test_pictures_are_scaled_and_laid_over_each_other(made):
    canvas = Canvas()
    canvas.add("LoadImage", ("cat.png", "image"), "IMAGE MASK")
    canvas.add("ImageScale", ("lanczos", 512, 384, "center"), "IMAGE", image=("IMAGE", 1, 0))
    canvas.add("ImageCompositeMasked", (0, 0, False), "IMAGE", destination=("IMAGE", 1, 0), source=("IMAGE", 2, 0), mask=("MASK", 1, 1))
    canvas.add("ImageCompositeMasked", (8, 0, False), "IMAGE", destination=("IMAGE", 1, 0), source=("IMAGE", 2, 0), mask=("MASK", 1, 1))
    canvas.add("ImageScale", ("lanczos", 512, 0, "disabled"), "IMAGE", image=("IMAGE", 1, 0))
    found = made(canvas.file())
    assert [found.outcomes()[name] for name in ("ImageScale 2", "ImageCompositeMasked 3")] == ["mapped", "mapped"]
    assert found.of("image/fit_image").parameters == {"how": "fill", "width": 512, "height": 384}
    assert {
        ("image/load_image", "image", "mask/blend_by_mask", "image"),
        ("image/fit_image", "image", "mask/blend_by_mask", "other"),
        ("mask/mask_from_picture", "mask", "mask/blend_by_mask", "mask"),
    } <= found.links()
    assert "of one size" in found.sentence("4") and "keeps the shape" in found.sentence("5")


def test_a_picture_without_noise_leaves_nothing_to_walk(made):
    found = made(image_to_image(0.0).file())
    assert found.outcomes()["KSampler 3"] == "unmapped" and "leaves nothing to walk" in found.sentence("3")


def test_a_shift_of_the_model_is_the_shift_of_the_steps(made):
    raw = api_text_to_image()
    raw["8"] = {"class_type": "ModelSamplingSD3", "inputs": {"model": ["1", 0], "shift": 3}}
    raw["3"]["inputs"]["model"] = ["8", 0]
    found = made(raw)
    assert found.of("sampling/sampler").parameters["shift"] == 3.0 and found.outcomes()["ModelSamplingSD3 8"] == "mapped"
    assert ("generator/load_generator", "generator", "sampling/generate", "generator") in found.links()


def test_words_for_several_text_encoders_are_read_as_one(made):
    raw = api_text_to_image()
    raw["4"] = {"class_type": "CLIPTextEncodeSDXL", "inputs": {"clip": ["1", 1], "text_g": "a cat", "text_l": "soft light", "width": 1024}}
    raw["5"] = {"class_type": "CLIPTextEncodeSD3", "inputs": {"clip": ["1", 1], "clip_l": "fog", "clip_g": "fog", "t5xxl": ""}}
    found = made(raw)
    texts = {node.parameters["text"] for node in found.workflow.graph.nodes.values() if node.type == "prompt/prompt"}
    assert texts == {"a cat, soft light", "fog"} and found.problems() == []
    assert found.outcomes()["CLIPTextEncodeSDXL 4"] == "approximated" and "read as one" in found.sentence("4")


def test_the_split_sampler_of_newer_graphs_folds_into_generate(made):
    raw = api_text_to_image()
    sampler = raw.pop("3")["inputs"]
    raw |= {
        "3": {
            "class_type": "SamplerCustomAdvanced",
            "inputs": {"noise": ["a", 0], "guider": ["b", 0], "sampler": ["c", 0], "sigmas": ["d", 0], "latent_image": ["2", 0]},
        },
        "a": {"class_type": "RandomNoise", "inputs": {"noise_seed": 8}},
        "b": {
            "class_type": "CFGGuider",
            "inputs": {"cfg": 4, "model": ["1", 0], "positive": sampler["positive"], "negative": sampler["negative"]},
        },
        "c": {"class_type": "KSamplerSelect", "inputs": {"sampler_name": "heun"}},
        "d": {"class_type": "BasicScheduler", "inputs": {"scheduler": "simple", "steps": 6, "denoise": 1, "model": ["1", 0]}},
    }
    found = made(raw)
    assert found.problems() == [] and set(found.outcomes().values()) == {"mapped"}
    assert found.of("sampling/generate").parameters["seed"]["value"] == 8
    assert found.of("sampling/sampler").parameters == {"steps": 6, "solver": "heun"}
    assert found.of("guidance/classifier_free_guidance").parameters == {"scale": 4.0}


def test_models_are_listed_with_where_they_come_from(made):
    told = {"name": "model.safetensors", "url": "https://example.org/model", "directory": "checkpoints", "hash": "abc"}
    found = made(api_text_to_image(), has_file=lambda name: name == "model.safetensors").report
    assert [(file.name, file.found) for file in found.files] == [("model.safetensors", True)] and not found.missing
    (file,) = made(text_to_image().file(models=[told]), has_file=lambda name: False).report.missing
    assert (file.url, file.digest, file.kind) == ("https://example.org/model", "abc", "checkpoint")
