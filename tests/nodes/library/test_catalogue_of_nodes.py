"""The library as the engine sees it."""

from __future__ import annotations

from pathlib import Path

import pytest

import nodes.library
from graph_engine.catalogue import Catalogue, discover

SLICE = {
    "prompt/prompt",
    "prompt/encode_prompt",
    "generator/load_generator",
    "guidance/classifier_free_guidance",
    "sampling/sampler",
    "sampling/generate",
    "tokenizer/load_tokenizer",
    "tokenizer/decode",
    "tokenizer/encode",
    "image/load_image",
    "output/save_image",
    "output/preview",
}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return discover("nodes.library")


def test_every_node_file_loads(catalogue: Catalogue) -> None:
    assert catalogue.broken == ()
    assert set(catalogue) >= SLICE


def test_inputs_and_outputs_of_generate_fit_the_nodes_around_it(catalogue: Catalogue) -> None:
    generate = catalogue["sampling/generate"]
    assert [(taken.name, taken.type, taken.required) for taken in generate.inputs] == [
        ("generator", "Generator", True),
        ("positive", "Conditioning", True),
        ("guidance", "Guidance", False),
        ("strategy", "Strategy", False),
        ("tokens", "Tokens", False),
        ("controls", "Control", False),
    ]
    assert [(given.name, given.type) for given in generate.outputs] == [("latent", "Latent | Tokens")]


def test_only_nodes_of_output_act_on_the_world(catalogue: Catalogue) -> None:
    assert {key for key, found in catalogue.items() if found.effect} == {"output/save_image", "output/preview"}


def test_help_pages_have_a_text_below_the_summary(catalogue: Catalogue) -> None:
    assert [key for key, found in catalogue.items() if len(found.help) < 80] == []


def test_node_files_stay_short() -> None:
    files = Path(nodes.library.__path__[0]).glob("*/*.py")
    assert [file.name for file in files if len(file.read_text().splitlines()) >= 60] == []
